/**
 * WeChat's `wx` object and the frame of a mini program (App, Page), for browsers and Node 18 or later.
 *
 *     <script src="wx.js"></script>            mockdoor.createWx({ base })
 *     require('./wx.js').createWx({ base })    import './wx.js'  then  globalThis.mockdoor
 *
 * What is imitated comes from WeChat's documentation and from captured replies; what is guessed says "assumed".
 */
'use strict';

(() => {
  const KB = 1024;
  const STORAGE = { most: 10 * KB * KB, mostPerKey: KB * KB, limitSize: 10 * KB };
  const MOST_REQUESTS = 10;
  const MOST_PAGES = 10;
  const TOURIST = { appid: 'touristappid', code: 'the code is a mock one' };
  const TASKS = ['request', 'uploadFile'];
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

  /** A refusal in WeChat's form: `errMsg` becomes `NAME:fail REASON`; `errno` is added where there is one. */
  class Failure extends Error {
    constructor(reason, errno) {
      super(reason);
      this.errno = errno;
    }
  }

  /** localStorage's interface over a Map. */
  function createMemory() {
    const items = new Map();
    return {
      get length() { return items.size; },
      key: (index) => [...items.keys()][index] ?? null,
      getItem: (key) => items.get(key) ?? null,
      setItem: (key, value) => { items.set(key, String(value)); },
      removeItem: (key) => { items.delete(key); },
    };
  }

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

  // --- Calls: callbacks, promises, tasks ---

  /** Give `work(argument, task)` WeChat's outside: success or fail, then complete; without all three a Promise. */
  function asynchronous(context, name, work) {
    return (argument = {}) => {
      const task = createTask();
      const shown = withoutCallbacks(argument);
      context.pending += 1;
      tell(context, { api: name, phase: 'call', argument: shown });
      const outcome = Promise.resolve()
        .then(() => work(argument, task))
        .then((result) => ({ phase: 'success', result: { ...result, errMsg: `${name}:ok` } }))
        .catch((error) => ({ phase: 'fail', result: refusal(context, name, error) }));
      const done = outcome.then(({ phase, result }) => {
        tell(context, { api: name, phase, argument: shown, result });
        guard(context, `${name} ${phase}`, argument[phase], result);
        guard(context, `${name} complete`, argument.complete, result);
        context.pending -= 1;
        return { phase, result };
      });
      if (TASKS.includes(name)) return task.outside;
      if (argument.success || argument.fail || argument.complete) return undefined;
      return done.then(({ phase, result }) => {
        if (phase === 'success') return result;
        // An Error, because Node prints a rejected plain object as '#<Object>'.
        throw Object.assign(new Error(result.errMsg), result);
      });
    };
  }

  /** Let the listener see a call that returns its value or throws. */
  function synchronous(context, name, work) {
    return (...given) => {
      const argument = given.length > 1 ? given : given[0];
      tell(context, { api: name, phase: 'call', argument });
      try {
        const result = work(...given);
        tell(context, { api: name, phase: 'success', argument, result });
        return result;
      } catch (error) {
        const result = refusal(context, name, error);
        tell(context, { api: name, phase: 'fail', argument, result });
        throw Object.assign(new Error(result.errMsg), result);
      }
    };
  }

  function refusal(context, name, error) {
    if (!(error instanceof Failure)) report(context, error, name);
    const result = { errMsg: `${name}:fail ${error.message}` };
    return error.errno === undefined ? result : { ...result, errno: error.errno };
  }

  function createTask() {
    const controller = new AbortController();
    return {
      signal: controller.signal,
      abort: (reason) => controller.abort(reason),
      outside: { abort: () => controller.abort(new Failure('abort')) },
    };
  }

  function withoutCallbacks({ success, fail, complete, ...argument }) {
    return argument;
  }

  function tell(context, event) {
    guard(context, 'listener', context.listener, event);
  }

  /** Call a mini program's function; whatever it throws is reported, now or when its promise is rejected. */
  function guard(context, where, callback, ...given) {
    if (typeof callback !== 'function') return undefined;
    try {
      const result = callback(...given);
      if (typeof result?.then !== 'function') return result;
      return result.then((value) => value, (error) => report(context, error, where));
    } catch (error) {
      return report(context, error, where);
    }
  }

  /** Hand an error to ui.error; without the hook throw it where nothing can swallow it. */
  function report(context, error, where) {
    if (context.ui.error) context.ui.error(error, where);
    else setTimeout(() => { throw error; });
  }

  // --- The functions ---

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
    const told = parsed(body);
    if (!response.ok || !told.code) {
      const why = told.message ?? `status ${response.status}`;
      throw new Failure(`the emulator at ${context.base} gave no code: ${why}`, 600000); // assumed errno
    }
    context.session = { appid: told.appid };
    return { code: told.code };
  }

  // --- Requests ---

  /** Run `work` as soon as fewer than ten requests are under way. */
  async function queued(context, work) {
    if (context.running >= MOST_REQUESTS) await new Promise((resolve) => { context.waiting.push(resolve); });
    else context.running += 1;
    try {
      return await work();
    } finally {
      const next = context.waiting.shift();
      if (next) next(); // inherits this one's place
      else context.running -= 1;
    }
  }

  async function request(context, argument, task) {
    const method = (argument.method ?? 'GET').toUpperCase();
    const headers = requestHeaders(context, argument.header);
    const { url, body } = encoded(method, checkedUrl(context, argument), argument.data, headers['content-type']);
    const binary = argument.responseType === 'arraybuffer';
    const reply = await exchange(context, task, argument, url, { method, headers, body });
    const asItIs = binary || (argument.dataType ?? 'json') !== 'json';
    return { data: asItIs ? reply.body : parsed(reply.body), ...described(reply.response) };
  }

  async function uploadFile(context, argument, task) {
    const url = checkedUrl(context, argument);
    needText(argument, 'filePath');
    needText(argument, 'name');
    const form = new FormData();
    for (const [name, value] of Object.entries(argument.formData ?? {})) form.append(name, String(value));
    form.append(argument.name, await readFile(context, argument.filePath), 'file');
    const headers = requestHeaders(context, argument.header);
    delete headers['content-type']; // fetch writes it, with the boundary
    const reply = await exchange(context, task, argument, url.href, { method: 'POST', headers, body: form });
    return { data: reply.body, ...described(reply.response) };
  }

  /** A mini program's file is a `blob:` or `data:` address here, as there is no WeChat file system. */
  async function readFile(context, filePath) {
    try {
      return await (await context.fetch(filePath)).blob();
    } catch {
      throw new Failure(`file not found: ${filePath}; give a blob: or data: address`);
    }
  }

  /** Fetch and read a reply, or throw the Failure of an abort, a timeout or a broken connection. */
  async function exchange(context, task, { timeout = 60000, responseType }, url, init) {
    const timer = setTimeout(() => task.abort(new Failure('timeout', 5)), timeout); // assumed errno
    try {
      task.signal.throwIfAborted();
      // WeChat keeps neither cookies nor cached replies between requests.
      const sent = { ...init, signal: task.signal, credentials: 'omit', cache: 'no-store' };
      const response = await context.fetch(url, sent);
      return { response, body: await (responseType === 'arraybuffer' ? response.arrayBuffer() : response.text()) };
    } catch (error) {
      if (task.signal.reason instanceof Failure) throw task.signal.reason;
      const why = error.cause?.message || error.cause?.code || error.message;
      throw new Failure(`${url} cannot be reached: ${why}`, 600001); // assumed
    } finally {
      clearTimeout(timer);
    }
  }

  /** @returns {URL} the address, when it is one and its domain is legal */
  function checkedUrl(context, argument) {
    needText(argument, 'url');
    let url;
    try {
      url = new URL(argument.url);
    } catch {
      throw new Failure(`invalid url "${argument.url}"`, 600009); // assumed
    }
    if (!/^https?:$/.test(url.protocol)) throw new Failure(`invalid url "${argument.url}"`, 600009);
    if (!context.domains || isLegal(url, context.domains)) return url;
    throw new Failure(`url not in domain list:${url.host}`, 600002);
  }

  function isLegal(url, domains) {
    const name = url.hostname;
    if (/^(10|192\.168|172\.(1[6-9]|2\d|3[01]))\.[\d.]+$/.test(name)) return true; // addresses of a LAN are excepted
    if (/^[\d.]+$|^\[|^localhost$|^api\.weixin\.qq\.com$/.test(name)) return false;
    return url.protocol === 'https:' && domains.some((each) => each.replace(/^https:\/\/|\/$/g, '') === url.host);
  }

  /** The caller's headers in lower case, so that each is there once. */
  function requestHeaders(context, given = {}) {
    const headers = { 'content-type': 'application/json' };
    for (const [name, value] of Object.entries(given)) headers[name.toLowerCase()] = String(value);
    delete headers.referer; // a mini program cannot set it; neither can a page
    if (!inBrowser) headers.referer = `https://servicewechat.com/${context.currentAppid()}/devtools/page-frame.html`;
    return headers;
  }

  /** Encode `data` by WeChat's rules: GET takes it into the query, else the content type decides. */
  function encoded(method, url, data, contentType) {
    if (data === undefined || data === null) return { url: url.href };
    const isObject = typeof data === 'object' && !(data instanceof ArrayBuffer);
    if (method === 'GET' || method === 'HEAD') {
      const query = isObject ? formText(data) : String(data);
      if (query) url.search += `${url.search ? '&' : ''}${query}`;
      return { url: url.href };
    }
    if (!isObject) return { url: url.href, body: data instanceof ArrayBuffer ? data : String(data) };
    const isForm = contentType.toLowerCase().startsWith('application/x-www-form-urlencoded');
    return { url: url.href, body: isForm ? formText(data) : JSON.stringify(data) };
  }

  /** A nested object becomes `[object Object]` (assumed). */
  function formText(data) {
    return Object.entries(data).map((pair) => pair.map(encodeURIComponent).join('=')).join('&');
  }

  function described(response) {
    const header = {};
    for (const [name, value] of response.headers) {
      // fetch lowers the names; servers write Content-Type, and WeChat hands on what they write.
      header[name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase())] = value;
    }
    return { statusCode: response.status, header, cookies: response.headers.getSetCookie?.() ?? [] };
  }

  function parsed(text) {
    try {
      return JSON.parse(text);
    } catch {
      return text;
    }
  }

  // --- Storage: separate for each appid and persona ---

  function prefixOf(context) {
    return `mockdoor:${context.appid ?? ''}:${context.persona ?? ''}:`;
  }

  /** @returns {Map<string, string>} the texts stored for this appid and persona */
  function storedTexts(context) {
    const prefix = prefixOf(context);
    const names = Array.from({ length: context.storage.length }, (_, index) => context.storage.key(index));
    const own = names.filter((name) => name.startsWith(prefix));
    return new Map(own.map((name) => [name.slice(prefix.length), context.storage.getItem(name)]));
  }

  function sizeOf(key, text) {
    return new TextEncoder().encode(key + text).length;
  }

  function bytesOf(texts) {
    return [...texts].reduce((sum, [key, text]) => sum + sizeOf(key, text), 0);
  }

  function writeItem(context, argument, data) {
    needText(argument, 'key');
    const text = storableText(data);
    const texts = storedTexts(context).set(argument.key, text);
    if (sizeOf(argument.key, text) > STORAGE.mostPerKey) throw new Failure('entry size limit reached'); // assumed
    if (bytesOf(texts) > STORAGE.most) throw new Failure('exceed storage max size 10Mb'); // assumed
    try {
      context.storage.setItem(prefixOf(context) + argument.key, text);
    } catch (error) {
      throw new Failure(`the browser keeps no more: ${error.message}`); // localStorage may end before ten megabytes
    }
    tellStorage(context);
  }

  /** JSON in a one-letter envelope, because JSON knows neither Date nor undefined. */
  function storableText(data) {
    if (data instanceof Date) return `D${data.getTime()}`;
    try {
      return `J${JSON.stringify(data) ?? ''}`;
    } catch (error) {
      throw new Failure(`data cannot be turned into JSON: ${error.message}`);
    }
  }

  /** @returns {{data: any} | undefined} */
  function readItem(context, argument) {
    needText(argument, 'key');
    const text = context.storage.getItem(prefixOf(context) + argument.key);
    if (text === null || text === undefined) return undefined;
    if (text[0] === 'D') return { data: new Date(Number(text.slice(1))) };
    return { data: text.length > 1 ? JSON.parse(text.slice(1)) : undefined };
  }

  function removeItem(context, argument) {
    needText(argument, 'key');
    context.storage.removeItem(prefixOf(context) + argument.key);
    tellStorage(context);
  }

  function clearItems(context) {
    for (const key of storedTexts(context).keys()) context.storage.removeItem(prefixOf(context) + key);
    tellStorage(context);
  }

  function tellStorage(context) {
    guard(context, 'ui.storageChanged', context.ui.storageChanged, storageInfo(context));
  }

  function storageInfo(context) {
    const texts = storedTexts(context);
    return { keys: [...texts.keys()], currentSize: Math.ceil(bytesOf(texts) / KB), limitSize: STORAGE.limitSize };
  }

  // --- Notices and moves ---

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

  // --- The frame of a mini program ---

  const LIFECYCLE = ['onLoad', 'onShow', 'onReady', 'onHide', 'onUnload'];

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
    const context = contexts.get(wx);
    if (!context) throw new TypeError('createRuntime needs a wx made by createWx');
    if (ui) context.ui = { ...context.ui, ...ui };
    const state = {
      context, files: {}, config: {}, modules: new Map(), definitions: new Map(), stack: [], tabs: new Map(),
      app: undefined, launched: false, loading: undefined,
    };
    const frame = {
      wx,
      App: (definition) => { state.app = definition; },
      Page: (definition) => definePage(state, definition),
      Component: ({ methods, ...definition }) => definePage(state, { ...definition, ...methods }),
      getApp: () => state.app,
      getCurrentPages: () => [...state.stack],
    };
    state.variables = { ...frame, console, CASDOOR_HOSTNAME: context.base, ...globals };
    context.navigate = (asked) => navigate(state, asked);
    return {
      ...frame,
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

  // --- Pages ---

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
    for (const name of ['onLaunch', 'onShow']) fire(state, state.app, name, { path, query, scene: 1001 });
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

  function call(state, handler, event = TAP) {
    const page = state.stack.at(-1);
    if (!page) throw new Error('no page is open');
    if (typeof page[handler] !== 'function') {
      throw new Error(`${page.route} has no handler ${handler}; it has: ${handlers(page).join(', ') || 'none'}`);
    }
    return guard(state.context, `${page.route} ${handler}`, page[handler], event);
  }

  /** Move between pages, then tell ui.navigate; returns a text to refuse. */
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
    return api === 'navigateTo' && state.stack.length >= MOST_PAGES ? 'webview count limit exceed' : '';
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

  // --- Snippets ---

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

  const api = { createWx, createRuntime };
  globalThis.mockdoor = api;
  if (typeof module === 'object' && module.exports) module.exports = api;
})();
