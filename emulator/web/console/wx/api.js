// The `wx` object and its functions, each found in the table of its kind.

const TOURIST = { appid: 'touristappid', code: 'the code is a mock one' };
const PRIVACY_CONTRACT = '《mockdoor小程序隐私保护指引》';
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
 *   modal(argument) -> boolean or {confirm, content}, actionSheet(argument) -> an item's number,
 *   allow(api, argument) -> false to refuse, for messages also {TEMPLATE: 'accept'|'reject'|'ban'|'filter'},
 *   choose(api, argument) -> Blobs, bytes or addresses of the chosen files, or false, privacyContract(), restart(),
 *   navigate({api, path, query, delta}) -> a text to refuse, storageChanged({keys, currentSize, limitSize}),
 *   data(page), error(error, where)
 * @param {Storage} [options.storage] localStorage or its like; default: in memory
 * @param {string} [options.avatar] avatarUrl of the anonymous profile
 * @param {string[]} [options.domains] the request domains that are legal; default: not checked
 * @param {object} [options.launch] how the mini program was opened: scene, query, referrerInfo, ...
 * @param {object} [options.system] fields of getSystemInfo and its like that differ
 * @param {'agreed'|'needed'} [options.privacy] whether the user agreed to the privacy contract; default: agreed
 * @param {'none'|'ready'|'failed'} [options.update] what getUpdateManager finds; default: none
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
    listeners: {},
    launch: { ...options.launch },
    files: new Map(),
    fileCount: 0,
    authSetting: {},
    clipboard: '',
    networkType: 'wifi',
    system: options.system ?? {},
    update: options.update ?? 'none',
    privacyNeeded: options.privacy === 'needed',
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
  wx.env = { USER_DATA_PATH: USER_DATA };
  const outside = speaking(wx);
  contexts.set(outside, context);
  return outside;
}

/** @returns {object} what createWx knows of its `wx` */
function contextOf(wx) {
  const context = contexts.get(wx);
  if (!context) throw new TypeError('this needs a wx made by createWx');
  return context;
}

function renamed(apis, from, to) {
  return Object.fromEntries(Object.entries(apis).map(([name, work]) => [name === from ? to : name, work]));
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
    downloadFile: (argument, task) => queued(context, () => downloadFile(context, argument, task)),
    getUserInfo: (argument, task) => anonymousProfile(context, 'getUserInfo', argument, task),
    getUserProfile: (argument, task) => getUserProfile(context, argument, task),
    getSetting: () => ({ authSetting: { ...context.authSetting } }),
    authorize: (argument) => authorize(context, argument),
    requestSubscribeMessage: (argument, task) => requestSubscribeMessage(context, argument, task),
    getPrivacySetting: () => ({ needAuthorization: context.privacyNeeded, privacyContractName: PRIVACY_CONTRACT }),
    requirePrivacyAuthorize: () => needPrivacy(context, 'requirePrivacyAuthorize'),
    openPrivacyContract: () => { guard(context, 'ui.privacyContract', context.ui.privacyContract); },
    chooseMedia: (argument) => chooseMedia(context, argument),
    chooseImage: (argument) => chooseImage(context, argument),
    getNetworkType: () => ({
      networkType: context.networkType, signalStrength: 0, hasSystemProxy: false, weakNet: false,
    }),
    setClipboardData: (argument) => setClipboardData(context, argument),
    getClipboardData: () => getClipboardData(context),
    showActionSheet: (argument) => showActionSheet(context, argument),
    setStorage: (argument) => writeItem(context, argument, argument.data),
    getStorage: (argument) => {
      const found = readItem(context, argument);
      if (!found) throw new Failure('data not found');
      return found;
    },
    removeStorage: (argument) => removeItem(context, argument),
    clearStorage: () => clearItems(context),
    getStorageInfo: () => storageInfo(context),
    getSystemInfo: deviceApis(context).getSystemInfo,
    getSystemInfoAsync: deviceApis(context).getSystemInfo,
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
    ...renamed(deviceApis(context), 'getSystemInfo', 'getSystemInfoSync'),
    ...listenerApis(context),
    getLaunchOptionsSync: () => launchOptions(context),
    getEnterOptionsSync: () => launchOptions(context),
    getMenuButtonBoundingClientRect: () => ({ ...CAPSULE }),
    arrayBufferToBase64: bytesAsText,
    base64ToArrayBuffer: textAsBytes,
    getUpdateManager: () => updateManager(context),
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
