// The `wx` that a mini program sees: the emulator's, through the bridge, with what belongs to pages.

import { createBridge } from './bridge.js';

/** What would change how the page around looks; nothing of it is drawn, so that it succeeds and does nothing. */
const INERT = new Set(`
  setNavigationBarTitle setNavigationBarColor showNavigationBarLoading hideNavigationBarLoading hideHomeButton
  setBackgroundColor setBackgroundTextStyle startPullDownRefresh stopPullDownRefresh pageScrollTo showShareMenu
  hideShareMenu updateShareMenu showTabBar hideTabBar setTabBarItem setTabBarStyle setTabBarBadge removeTabBarBadge
  showTabBarRedDot hideTabBarRedDot vibrateShort vibrateLong setKeepScreenOn hideKeyboard loadFontFace
  enableAlertBeforeUnload disableAlertBeforeUnload setEnableDebug reportEvent reportMonitor reportAnalytics
  preloadAssets preloadWebview preloadSkylineView
`.trim().split(/\s+/));
/** What returns something to work with; it can be called for ever and does nothing. */
const OBJECTS = /^(?:create|get\w*Manager$|getPerformance|cloud$)/;
const LISTENERS = /^(?:on|off)[A-Z]/;

/**
 * @param {object} app the running mini program: realm, wx, channels, note(id, values)
 * @returns {object} a plain object of the realm, whose missing names are answered without stopping a page
 */
export function createInnerWx(app) {
  const { realm, wx: outer } = app;
  const bridge = createBridge(realm);
  const inner = new realm.global.Object();
  for (const [name, value] of Object.entries(outer)) {
    // Looked up when it is called, so that a test may put another function in its place.
    inner[name] = typeof value === 'function' ? bridge.inward(named(name, (...words) => outer[name](...words))) : bridge.inward(value);
  }
  inner.navigateTo = navigateTo(app, inner.navigateTo, bridge);
  inner.createSelectorQuery = () => queryOf(app);
  inner.createIntersectionObserver = (component, options) => component.createIntersectionObserver(options);
  const missing = new Map();
  return new Proxy(inner, {
    get(target, name) {
      if (name in target || typeof name === 'symbol' || outer[name] === undefined) return target[name];
      if (!missing.has(name)) missing.set(name, answered(app, bridge, name));
      return missing.get(name);
    },
  });
}

function named(name, work) {
  return Object.defineProperty(work, 'name', { value: name });
}

function navigateTo(app, plain, bridge) {
  const { Object: OwnObject } = app.realm.global;
  const outside = (argument = {}) => {
    if (typeof argument.url !== 'string') return plain(argument);
    const { opener } = app.channels.begin(argument.events);
    const withChannel = (result) => Object.assign(result, { eventChannel: opener });
    const { success } = argument;
    if (typeof success === 'function') {
      return plain(Object.assign(new OwnObject(), argument, { success: (result) => success(withChannel(result)) }));
    }
    return plain(argument)?.then(withChannel);
  };
  return outside;
}

function queryOf(app) {
  if (app.page) return app.page.instance.createSelectorQuery();
  throw app.realm.error('wx.createSelectorQuery: there is no page yet');
}

/** What stands for an api that is not played: a fitting nothing, with a note. */
function answered(app, bridge, name) {
  app.note('api-missing', { name: `wx.${name}` });
  if (LISTENERS.test(name)) return bridge.inward(() => {});
  if (OBJECTS.test(name)) return nothing(app, name);
  if (name.endsWith('Sync')) return bridge.inward(() => ({}));
  return bridge.inward((argument = {}) => {
    const ok = INERT.has(name);
    const result = { errMsg: ok ? `${name}:ok` : `${name}:fail not played by mockdoor` };
    const heard = [ok ? argument.success : argument.fail, argument.complete].filter(Boolean);
    const done = Promise.resolve().then(() => { heard.forEach((callback) => callback(result)); });
    if (argument.success || argument.fail || argument.complete) return undefined;
    return done.then(() => {
      if (ok) return result;
      throw Object.assign(new Error(result.errMsg), result);
    });
  });
}

/** Something that can be looked into and called for ever: `wx.createAnimation().opacity(1).step()`. */
function nothing(app, path) {
  const call = app.realm.evaluate('(function () {})', path);
  const proxy = new Proxy(call, {
    get: (target, name) => {
      if (typeof name === 'symbol' || ['then', 'toJSON', 'prototype'].includes(name)) return undefined;
      return name === 'valueOf' || name === 'toString' ? () => `[${path}]` : proxy;
    },
    apply: () => proxy,
    construct: () => proxy,
  });
  return proxy;
}
