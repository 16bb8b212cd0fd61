// The `wx` object and its functions, each found in the table of its kind.

const TOURIST = { appid: 'touristappid', code: 'the code is a mock one' };
const SYSTEM = {
  brand: 'devtools', model: 'iPhone 12/13 (Pro)', platform: 'devtools', system: 'iOS 10.0.1', language: 'zh_CN',
  version: '8.0.5', SDKVersion: '3.7.0', pixelRatio: 3, screenWidth: 390, screenHeight: 844, windowWidth: 390,
  windowHeight: 753, statusBarHeight: 47, fontSizeSetting: 16, benchmarkLevel: 1, theme: 'light',
  safeArea: { left: 0, right: 390, top: 47, bottom: 810, width: 390, height: 763 },
};
const COMPONENTS = ['view', 'text', 'image', 'button', 'input', 'form', 'scroll-view'];
const inBrowser = typeof document !== 'undefined';
/** What createRuntime needs of a `wx` and mini programs must not see. */
const contexts = new WeakMap();

/**
 * @param {object} options
 * @param {string} [options.base] the emulator's address, with a world's prefix: `http://127.0.0.1:8000/@t1`.
 *   Needed outside a browser; a browser takes its page's origin.
 * @param {string} [options.appid] default: the emulator's first mini program
 * @param {string} [options.persona] default: whoever is signed in at the emulator
 * @param {string} [options.token] the control API's token, sent to the emulator's control API alone
 * @param {Function} [options.fetch] default: globalThis.fetch
 * @param {object} [options.ui] hooks, all optional: toast(argument|null), loading(argument|null),
 *   modal(argument) -> boolean or {confirm, content}, allow(api, argument) -> false to refuse,
 *   navigate({api, path, query, delta}) -> a text to refuse, storageChanged({keys, currentSize, limitSize}),
 *   data(page), error(error, where)
 * @param {Storage} [options.storage] localStorage or its like; default: in memory
 * @param {string} [options.avatar] avatarUrl of the anonymous profile
 * @param {string[]} [options.domains] the request domains that are legal; default: not checked
 * @param {(event: {api, phase: 'call'|'success'|'fail', argument, result}) => void} [options.listener]
 * @returns {object} a fresh `wx`; no global is changed
 */
function createWx(options = {}) {
  const base = options.base ?? (inBrowser ? globalThis.location.origin : undefined);
  if (!base) throw new TypeError("createWx needs the emulator's address: { base: 'http://127.0.0.1:8000' }");
  const context = {
    ...options,
    base: base.replace(/\/+$/, ''),
    fetch: options.fetch ?? globalThis.fetch.bind(globalThis),
    ui: options.ui ?? {},
    storage: options.storage ?? createMemory(),
    session: null,
    pending: 0,
    running: 0,
    waiting: [],
  };
  context.avatar ??= `${context.base}/_emulator/assets/anonymous.svg`;
  context.navigate = (move) => context.ui.navigate?.(move);
  context.currentAppid = () => context.appid ?? context.session?.appid ?? TOURIST.appid;
  const wx = {};
  for (const [name, work] of Object.entries(asynchronousApis(context))) {
    wx[name] = asynchronous(context, name, work);
  }
  for (const [name, work] of Object.entries(synchronousApis(context, wx))) {
    wx[name] = synchronous(context, name, work);
  }
  wx.nextTick = (callback) => { setTimeout(() => guard(context, 'nextTick', callback)); };
  contexts.set(wx, context);
  return wx;
}

function asynchronousApis(context) {
  const moves = ['navigateTo', 'redirectTo', 'reLaunch', 'switchTab', 'navigateBack'];
  return {
    login: (argument, task) => login(context, argument, task),
    checkSession: () => {
      // Assumed text; WeChat's varies, so that clients must rely on `fail` alone.
      if (!context.session) throw new Failure('session time out, need relogin');
    },
    request: (argument, task) => queued(context, () => request(context, argument, task)),
    uploadFile: (argument, task) => queued(context, () => uploadFile(context, argument, task)),
    getUserInfo: () => anonymousProfile(context),
    getUserProfile: async (argument) => {
      needText(argument, 'desc');
      if (!argument.desc || argument.desc.length > 30) {
        throw new Failure('desc length does not meet the requirements'); // assumed
      }
      await needPermission(context, 'getUserProfile', argument);
      return anonymousProfile(context);
    },
    getSetting: () => ({ authSetting: {} }),
    authorize: async (argument) => {
      needText(argument, 'scope');
      await needPermission(context, 'authorize', argument);
    },
    requestSubscribeMessage: (argument) => requestSubscribeMessage(context, argument),
    setStorage: (argument) => writeItem(context, argument, argument.data),
    getStorage: (argument) => {
      const found = readItem(context, argument);
      if (!found) throw new Failure('data not found');
      return found;
    },
    removeStorage: (argument) => removeItem(context, argument),
    clearStorage: () => clearItems(context),
    getStorageInfo: () => storageInfo(context),
    getSystemInfo: () => SYSTEM,
    showToast: (argument) => showNotice(context, 'toast', { icon: 'success', duration: 1500, ...argument }),
    hideToast: () => hideNotice(context),
    showLoading: (argument) => showNotice(context, 'loading', argument),
    hideLoading: () => hideNotice(context),
    showModal: (argument) => showModal(context, argument),
    ...Object.fromEntries(moves.map((name) => [name, (argument) => move(context, name, argument)])),
  };
}

function synchronousApis(context, wx) {
  return {
    setStorageSync: (key, data) => { writeItem(context, { key }, data); },
    getStorageSync: (key) => readItem(context, { key })?.data ?? '', // '' for a missing key is assumed
    removeStorageSync: (key) => { removeItem(context, { key }); },
    clearStorageSync: () => { clearItems(context); },
    getStorageInfoSync: () => storageInfo(context),
    getSystemInfoSync: () => SYSTEM,
    getAccountInfoSync: () => ({
      miniProgram: { appId: context.currentAppid(), envVersion: 'develop', version: '' },
    }),
    canIUse: (schema) => {
      const [name] = String(schema).split('.');
      return name in wx || COMPONENTS.includes(name);
    },
  };
}

function needText(argument, name) {
  const kind = Object.prototype.toString.call(argument[name]).slice(8, -1);
  if (kind === 'String') return;
  throw new Failure(`parameter error: parameter.${name} should be String instead of ${kind};`); // assumed
}

async function needPermission(context, api, argument) {
  if (await context.ui.allow?.(api, withoutCallbacks(argument)) === false) throw new Failure('auth deny');
}

async function requestSubscribeMessage(context, argument) {
  const allowed = await context.ui.allow?.('requestSubscribeMessage', withoutCallbacks(argument)) !== false;
  return Object.fromEntries((argument.tmplIds ?? []).map((id) => [id, allowed ? 'accept' : 'reject']));
}

/** Today's anonymous profile. Signature and ciphertext need the session_key, which a client never has. */
function anonymousProfile(context) {
  const userInfo = {
    nickName: '微信用户', gender: 0, language: '', city: '', province: '', country: '', avatarUrl: context.avatar,
  };
  return {
    userInfo,
    rawData: JSON.stringify(userInfo),
    signature: 'not signed: a client has no session_key',
    encryptedData: 'not encrypted: a client has no session_key',
    iv: 'none',
  };
}

async function login(context, argument, task) {
  if (context.appid === TOURIST.appid) {
    context.session = { appid: context.appid };
    return { code: TOURIST.code };
  }
  const { response, body } = await exchange(context, task, argument, `${context.base}/_emulator/login-codes`, {
    method: 'POST',
    headers: { 'Content-Type': 'application/json', ...(context.token && { 'X-Mockdoor-Token': context.token }) },
    body: JSON.stringify({ persona: context.persona, appid: context.appid }),
  });
  const answer = parsed(body);
  if (!response.ok || !answer.code) {
    const why = answer.message ?? `status ${response.status}`;
    throw new Failure(`the emulator at ${context.base} gave no code: ${why}`, 600000); // assumed errno
  }
  context.session = { appid: answer.appid };
  return { code: answer.code };
}

/** Show a toast or the loading sign; each takes the other's place. */
function showNotice(context, kind, argument) {
  needText(argument, 'title');
  hideNotice(context);
  context.notice = kind;
  context.ui[kind]?.(withoutCallbacks(argument));
  if (kind !== 'toast') return;
  context.noticeTimer = setTimeout(() => hideNotice(context), argument.duration);
  context.noticeTimer.unref?.(); // Node need not wait for it
}

function hideNotice(context) {
  clearTimeout(context.noticeTimer);
  if (context.notice) context.ui[context.notice]?.(null);
  context.notice = null;
}

async function showModal(context, argument) {
  const answer = await (context.ui.modal?.(withoutCallbacks(argument)) ?? true);
  const { confirm, content } = typeof answer === 'object' ? answer : { confirm: Boolean(answer) };
  return { confirm, cancel: !confirm, ...(argument.editable && { content: content ?? '' }) };
}

/** Ask for another page; whoever navigates returns a text to refuse. */
async function move(context, api, argument) {
  if (api !== 'navigateBack') needText(argument, 'url');
  const [path, query] = (argument.url ?? '').split('?');
  const reason = await context.navigate({ api, path, query: parsedQuery(query), delta: argument.delta ?? 1 });
  if (typeof reason === 'string') throw new Failure(reason);
}

/** Values stay percent-encoded, as onLoad gets them in WeChat (assumed). */
function parsedQuery(text = '') {
  const pairs = text.split('&').filter(Boolean).map((pair) => pair.split(/=(.*)/s));
  return Object.fromEntries(pairs.map(([name, value = '']) => [name, value]));
}
