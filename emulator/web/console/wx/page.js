// Pages: their data, their lifecycle, and the moves between them.

const MAX_PAGES = 10;
const LIFECYCLE = ['onLoad', 'onShow', 'onReady', 'onHide', 'onUnload'];

function open(state, path, query = {}) {
  const page = createPage(state, path, query);
  launch(state, path, query);
  fire(state, state.stack.at(-1), 'onHide');
  show(state, page);
  return page;
}

function launch(state, path, query) {
  if (state.launched) return;
  state.launched = true;
  Object.assign(state.context.launch, { path, query });
  const options = launchOptions(state.context);
  for (const name of ['onLaunch', 'onShow']) fire(state, state.app, name, options);
  state.context.listeners.AppShow.tell(options);
}

function show(state, page) {
  state.stack.push(page);
  fire(state, page, 'onLoad', page.options);
  fire(state, page, 'onShow');
  fire(state, page, 'onReady');
}

function fire(state, target, name, ...given) {
  if (target) guard(state.context, `${target.route ?? 'app'} ${name}`, target[name]?.bind?.(target), ...given);
}

function createPage(state, path, query) {
  const definition = state.definitions.get(path);
  if (!definition) {
    throw new Error(`page "${path}" is not found; there are: ${[...state.definitions.keys()].join(', ')}`);
  }
  return pageOf(state, definition, { route: path, options: query });
}

function pageOf(state, definition, extra) {
  const page = { ...definition, ...extra, data: copied(definition.data ?? {}) };
  for (const [name, value] of Object.entries(page)) {
    if (typeof value === 'function') page[name] = value.bind(page);
  }
  page.setData = (patch, callback) => {
    for (const [path, value] of Object.entries(patch)) assign(page.data, path, value);
    guard(state.context, 'ui.data', state.context.ui.data, page);
    if (callback) setTimeout(() => guard(state.context, 'setData', callback.bind(page)));
  };
  return page;
}

function copied(value) {
  if (Array.isArray(value)) return value.map(copied);
  if (Object.prototype.toString.call(value) !== '[object Object]') return value;
  return Object.fromEntries(Object.entries(value).map(([key, each]) => [key, copied(each)]));
}

/** Set what a path such as `a.b[0].c` names, making the objects and arrays on the way. */
function assign(data, path, value) {
  const steps = [...path.matchAll(/\[(\d+)\]|([^.[\]]+)/g)].map(([, index, name]) => name ?? Number(index));
  const last = steps.pop();
  let target = data;
  steps.forEach((step, place) => {
    if (typeof target[step] !== 'object' || target[step] === null) {
      target[step] = typeof (steps[place + 1] ?? last) === 'number' ? [] : {};
    }
    target = target[step];
  });
  target[last] = value;
}

function handlers(page) {
  const names = Object.keys(page ?? {}).filter((name) => typeof page[name] === 'function');
  return names.filter((name) => name !== 'setData' && !LIFECYCLE.includes(name));
}

const TAP = { type: 'tap', detail: {}, target: { dataset: {} }, currentTarget: { dataset: {} } };

function pageOnTop(state) {
  const page = state.stack.at(-1);
  if (!page) throw new Error('no page is open');
  return page;
}

function call(state, handler, event = TAP) {
  const page = pageOnTop(state);
  if (typeof page[handler] !== 'function') {
    throw new Error(`${page.route} has no handler ${handler}; it has: ${handlers(page).join(', ') || 'none'}`);
  }
  return guard(state.context, `${page.route} ${handler}`, page[handler], event);
}

/** Move between pages, then call ui.navigate; returns a text to refuse. */
function navigate(state, asked) {
  const path = asked.api === 'navigateBack' ? '' : joined(state.stack.at(-1)?.route ?? '', asked.path);
  const reason = obstacle(state, asked, path);
  if (reason) return reason;
  MOVES[asked.api](state, path, asked);
  return state.context.ui.navigate?.({ ...asked, path: state.stack.at(-1).route });
}

/** Why a move is refused (texts assumed). Tabs are known from app.json alone. */
function obstacle(state, { api }, path) {
  if (api === 'navigateBack') return state.stack.length > 1 ? '' : 'cannot navigate back at first page.';
  if (!state.definitions.has(path)) return `page "${path}" is not found`;
  const toTab = isTab(state, path);
  if (toTab && ['navigateTo', 'redirectTo'].includes(api)) return `can not ${api} a tabbar page`;
  if (!toTab && api === 'switchTab' && state.config.tabBar) return 'can not switch to no-tabBar page';
  return api === 'navigateTo' && state.stack.length >= MAX_PAGES ? 'webview count limit exceed' : '';
}

const MOVES = {
  navigateTo: (state, path, { query }) => open(state, path, query),
  redirectTo: (state, path, { query }) => {
    close(state, 1);
    show(state, createPage(state, path, query));
  },
  reLaunch: (state, path, { query }) => {
    const hidden = [...state.tabs.values()].filter((tab) => !state.stack.includes(tab));
    state.stack.unshift(...hidden);
    close(state, state.stack.length);
    state.tabs.clear();
    show(state, createPage(state, path, query));
  },
  switchTab: (state, path) => {
    const current = state.stack.at(-1);
    if (current?.route === path) return;
    const kept = state.stack.filter((page) => isTab(state, page.route));
    for (const page of kept) state.tabs.set(page.route, page);
    if (kept.includes(current)) fire(state, current, 'onHide');
    close(state, state.stack.length - kept.length);
    state.stack = [];
    const tab = state.tabs.get(path);
    if (!tab) return void show(state, createPage(state, path, {}));
    state.stack.push(tab);
    fire(state, tab, 'onShow');
  },
  navigateBack: (state, path, { delta }) => {
    close(state, Math.min(delta, state.stack.length - 1));
    fire(state, state.stack.at(-1), 'onShow');
  },
};

function isTab(state, path) {
  return (state.config.tabBar?.list ?? []).some((each) => trimmed(each.pagePath) === path);
}

function close(state, count) {
  for (let left = count; left > 0; left -= 1) fire(state, state.stack.pop(), 'onUnload');
}
