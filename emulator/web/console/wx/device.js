// The phone and the WeChat on it: what they are, what happens to them, and what the user picks.

const WINDOW = {
  pixelRatio: 3, screenWidth: 390, screenHeight: 844, windowWidth: 390, windowHeight: 753, statusBarHeight: 47,
  safeArea: { left: 0, right: 390, top: 47, bottom: 810, width: 390, height: 763 },
};
const DEVICE = {
  brand: 'devtools', model: 'iPhone 12/13 (Pro)', platform: 'devtools', system: 'iOS 10.0.1', benchmarkLevel: 1,
};
const PROCESSOR = { abi: 'arm64', deviceAbi: 'arm64', cpuType: 'A14', memorySize: '4096' }; // assumed; a text, in MB
const BASE = {
  SDKVersion: '3.7.0', version: '8.0.5', language: 'zh_CN', fontSizeSetting: 16, theme: 'light', enableDebug: false,
};
const SETTING = { bluetoothEnabled: true, locationEnabled: true, wifiEnabled: true, deviceOrientation: 'portrait' };
const MAY = [
  'album', 'bluetooth', 'camera', 'location', 'microphone', 'notification', 'notificationAlert', 'notificationBadge',
  'notificationSound', 'phoneCalendar',
];
const HAPPENINGS = [
  'AppHide', 'AppShow', 'KeyboardHeightChange', 'MemoryWarning', 'NetworkStatusChange', 'ThemeChange', 'WindowResize',
];

/** Listeners of one kind; `tell` calls each, whatever the others throw. */
function createListeners(context, where) {
  const heard = [];
  return {
    get size() { return heard.length; },
    add: (listener) => { heard.push(listener); },
    /** Forget a listener, or all of them. */
    remove: (listener) => {
      const place = heard.indexOf(listener);
      if (listener === undefined) heard.length = 0;
      else if (place >= 0) heard.splice(place, 1);
    },
    tell: (...given) => { for (const each of [...heard]) guard(context, where, each, ...given); },
  };
}

/** The `onX` and `offX` of everything that can happen. */
function listenerApis(context) {
  const apis = {};
  for (const name of [...HAPPENINGS, 'NeedPrivacyAuthorization']) {
    const listeners = createListeners(context, `on${name}`);
    context.listeners[name] = listeners;
    apis[`on${name}`] = listeners.add;
    if (name !== 'NeedPrivacyAuthorization') apis[`off${name}`] = listeners.remove;
  }
  return apis;
}

/** Let something happen to the phone, such as `happen(wx, 'NetworkStatusChange', { networkType: 'none' })`. */
function happen(wx, name, result = {}) {
  const context = contextOf(wx);
  if (!HAPPENINGS.includes(name)) throw new Error(`${name} cannot happen; there are: ${HAPPENINGS.join(', ')}`);
  if (name !== 'NetworkStatusChange') return context.listeners[name].tell(result);
  context.networkType = result.networkType ?? context.networkType;
  const isConnected = context.networkType !== 'none';
  return context.listeners[name].tell({ isConnected, networkType: context.networkType });
}

/** What getSystemInfo and its parts return; createWx's `system` changes fields in all of them. */
function deviceApis(context) {
  const changed = (part) => ({
    ...part, ...Object.fromEntries(Object.entries(context.system).filter(([name]) => name in part)),
  });
  const host = () => ({ appId: context.currentAppid() });
  const may = (yes) => Object.fromEntries(MAY.map((name) => [`${name}Authorized`, yes]));
  return {
    getSystemInfo: () => changed({
      ...WINDOW, ...DEVICE, ...BASE, ...SETTING, ...may(true), locationReducedAccuracy: false, host: host(),
    }),
    getWindowInfo: () => changed({ ...WINDOW, screenTop: WINDOW.screenHeight - WINDOW.windowHeight }),
    getDeviceInfo: () => changed({ ...DEVICE, ...PROCESSOR }),
    getAppBaseInfo: () => changed({ ...BASE, fontSizeScaleFactor: 1, PCKernelVersion: '', host: host() }),
    getSystemSetting: () => changed(SETTING),
    getAppAuthorizeSetting: () => changed({ ...may('authorized'), locationReducedAccuracy: false }),
  };
}

/** The capsule in the upper right, on DevTools' iPhone 12/13 (assumed). */
const CAPSULE = { left: 296, right: 383, top: 51, bottom: 83, width: 87, height: 32 };

function bytesAsText(buffer) {
  return btoa(Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join(''));
}

function textAsBytes(text) {
  return Uint8Array.from(atob(text), (letter) => letter.charCodeAt(0)).buffer;
}

/** How the mini program was opened; the runtime puts the first page in. */
function launchOptions(context) {
  return {
    path: '', query: {}, scene: 1001, referrerInfo: {}, apiCategory: 'default', forwardMaterials: [], ...context.launch,
  };
}

/** Play wx.getUpdateManager: createWx's `update` says whether there is a new version: none, ready or failed. */
function updateManager(context) {
  const when = (holds, callback, result) => {
    if (holds) setTimeout(() => guard(context, 'getUpdateManager', callback, result));
  };
  return {
    onCheckForUpdate: (callback) => when(true, callback, { hasUpdate: context.update !== 'none' }),
    onUpdateReady: (callback) => when(context.update === 'ready', callback, {}),
    onUpdateFailed: (callback) => when(context.update === 'failed', callback, {}),
    applyUpdate: () => { guard(context, 'ui.restart', context.ui.restart); },
  };
}

async function setClipboardData(context, argument) {
  needText(argument, 'data');
  await needPrivacy(context, 'setClipboardData');
  context.clipboard = argument.data;
  showNotice(context, 'toast', { title: '内容已复制', icon: 'none', duration: 1500 });
}

async function getClipboardData(context) {
  await needPrivacy(context, 'getClipboardData');
  return { data: context.clipboard };
}

/** Let ui.actionSheet pick an item by its number; false, and no hook at all, is a tap on cancel. */
async function showActionSheet(context, argument) {
  const items = argument.itemList;
  if (!Array.isArray(items) || !items.length || items.length > 6) {
    throw new Failure('parameter error: itemList should be an array of 1 to 6 texts'); // assumed
  }
  const picked = await context.ui.actionSheet?.(withoutCallbacks(argument));
  if (!Number.isInteger(picked) || !(picked in items)) throw new Failure('cancel');
  return { tapIndex: picked };
}
