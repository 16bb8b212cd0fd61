// The runtime of a mini program: its files, their modules, and snippets of bare code.

/**
 * Run mini programs' JavaScript.
 *
 * @param {object} options
 * @param {object} options.wx made by createWx; its moves between pages become this runtime's
 * @param {object} [options.ui] further hooks for that `wx`, see createWx
 * @param {Console} [options.console] default: the real one
 * @param {object} [options.globals] further variables for every file, next to CASDOOR_HOSTNAME (the emulator)
 */
function createRuntime({ wx, ui, console = globalThis.console, globals = {} }) {
  const context = contextOf(wx);
  if (ui) context.ui = { ...context.ui, ...ui };
  const state = {
    context, files: {}, config: {}, modules: new Map(), definitions: new Map(), stack: [], tabs: new Map(),
    app: undefined, launched: false, loading: undefined,
  };
  const framework = {
    wx,
    App: (definition) => { state.app = definition; },
    Page: (definition) => definePage(state, definition),
    Component: ({ methods, ...definition }) => definePage(state, { ...definition, ...methods }),
    getApp: () => state.app,
    getCurrentPages: () => [...state.stack],
  };
  state.variables = { ...framework, console, CASDOOR_HOSTNAME: context.base, ...globals };
  context.navigate = (asked) => navigate(state, asked);
  return {
    ...framework,
    /** Evaluate a mini program's files, `{path: text}`; app.json's page list is used when there is one. */
    load: (files) => load(state, files),
    /** Load files and open the first page; returns its instance. */
    run: (files) => {
      load(state, files);
      return open(state, entryPath(state));
    },
    /** Open a page on top of the others, launching the app first if need be; returns its instance. */
    open: (path, query) => open(state, trimmed(path), query),
    /** Call a handler of the page on top; returns what it returns. */
    call: (handler, event) => call(state, handler, event),
    /** Tap the page's `<button open-type=...>`; `{ allow: false }` refuses, `{ handler }` names a method. */
    tapOpenType: (openType, given) => tapOpenType(state, openType, given),
    /** The open-type of the page's button that calls a method; undefined for other methods. */
    openTypeOf: (handler) => openTypeOf(state, handler),
    /** Type into the page's `<input type="nickname">`, by default what the keyboard offers. */
    typeNickname: (text, given) => typeNickname(state, text, given),
    /** List a page's methods that are not lifecycle; default: the page on top. */
    handlers: (page) => handlers(page ?? state.stack.at(-1)),
    /** Run bare code whose `this` is a page; resolves to the page once every wx call has come back. */
    snippet: (text, options) => runSnippet(state, text, options),
    /** Resolve once every wx call has come back. */
    idle: () => idle(context),
  };
}

function load(state, files) {
  const given = Object.entries(files).map(([path, text]) => [trimmed(path), text]);
  Object.assign(state, { files: Object.fromEntries(given), app: undefined, launched: false, stack: [] });
  for (const each of [state.modules, state.definitions, state.tabs]) each.clear();
  state.config = state.files['app.json'] ? configOf(state.files['app.json']) : {};
  if ('app.js' in state.files) evaluate(state, 'app.js');
  for (const path of pageFiles(state)) evaluate(state, path);
}

function configOf(text) {
  try {
    return JSON.parse(text);
  } catch (error) {
    throw new SyntaxError(`app.json: ${error.message}`);
  }
}

/** The pages that app.json lists; without app.json every file that calls Page or Component. */
function pageFiles(state) {
  const present = Object.keys(state.files);
  if (!state.config.pages) {
    return present.filter((path) => path.endsWith('.js') && /\b(Page|Component)\s*\(/.test(state.files[path]));
  }
  const paths = state.config.pages.map((path) => `${trimmed(path)}.js`);
  const missing = paths.find((path) => !present.includes(path));
  if (missing) throw new Error(`app.json: the page file ${missing} is not there; there are: ${present.join(', ')}`);
  return paths;
}

function entryPath(state) {
  const [first] = state.config.pages ?? state.definitions.keys();
  if (first === undefined) throw new Error('there is no page: no file calls Page({...})');
  return trimmed(first);
}

function definePage(state, definition) {
  if (!state.loading) throw new Error('Page is called while its file is loading, not later');
  state.definitions.set(state.loading.replace(/\.js$/, ''), definition);
}

/** Evaluate a file once and return its exports. */
function evaluate(state, path) {
  if (state.modules.has(path)) return state.modules.get(path).exports;
  const module = { exports: {} };
  state.modules.set(path, module);
  const variables = {
    ...state.variables,
    require: (wanted) => evaluate(state, resolved(state, path, wanted)),
    module,
    exports: module.exports,
  };
  const outer = state.loading;
  state.loading = path;
  try {
    // A function of its own, so that a file may declare a name that is a parameter here.
    compiled(path, variables, `(function () {${state.files[path]}\n})()`)(...Object.values(variables));
  } catch (error) {
    state.modules.delete(path);
    throw named(error, path);
  } finally {
    state.loading = outer;
  }
  return module.exports;
}

function compiled(path, variables, body) {
  try {
    return new Function(...Object.keys(variables), `${body}\n//# sourceURL=${path}`);
  } catch (error) {
    if (/import|export/.test(error.message)) error.message += '; write require(...) and module.exports instead';
    throw named(error, path);
  }
}

/** Put the file's name in front of an error's message, once. */
function named(error, path) {
  if (error instanceof Error && !error.file) {
    error.message = `${path}: ${error.message}`;
    error.file = path;
  }
  return error;
}

/** Find what `require(wanted)` means in the file `from`: a path, a folder's index.js, else an only base name. */
function resolved(state, from, wanted) {
  const path = joined(from, wanted);
  const present = Object.keys(state.files);
  const exact = [path, `${path}.js`, `${path}/index.js`].find((each) => present.includes(each));
  if (exact) return exact;
  const name = `${path.split('/').pop().replace(/\.js$/, '')}.js`;
  const alike = present.filter((each) => each.split('/').pop() === name);
  if (alike.length === 1) return alike[0];
  const why = alike.length ? `it could be ${alike.join(' or ')}` : `there are: ${present.join(', ')}`;
  throw new Error(`require('${wanted}') finds no file; ${why}`);
}

function joined(from, wanted) {
  const parts = wanted.startsWith('/') ? [] : from.split('/').slice(0, -1);
  for (const part of wanted.split('/')) {
    if (part === '..') parts.pop();
    else if (part && part !== '.') parts.push(part);
  }
  return parts.join('/');
}

function trimmed(path) {
  return path.replace(/^(\.?\/)+/, '');
}

/**
 * @param {object} [options] `data` and `globalData` are merged into those of the snippets before this one;
 *   `variables` are further names for the code
 */
async function runSnippet(state, text, { data = {}, globalData = {}, variables = {} } = {}) {
  state.app ??= {};
  const app = state.app;
  app.globalData = Object.assign(app.globalData ?? {}, globalData);
  state.snippetPage ??= pageOf(state, {}, { route: 'snippet' });
  const page = Object.assign(state.snippetPage, { globalData: app.globalData });
  Object.assign(page.data, copied(data));
  const given = { ...state.variables, app, ...variables };
  const body = compiled('snippet', given, `return (async () => {${text}\n})()`);
  await body.call(page, ...Object.values(given));
  await idle(state.context);
  return page;
}

async function idle(context) {
  // A turn of the event loop, so that what a promise's continuation starts is seen too.
  do await new Promise((resolve) => { setTimeout(resolve); }); while (context.pending);
}
