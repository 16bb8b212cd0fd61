// What pages and components of a mini program have on `this` beyond WeChat's component core, and setData as WeChat does it.

import { parseUrl } from './routes.js';

/** More than this in one setData, and WeChat becomes slow: facts of its page on setData. */
const MOST_KILOBYTES = 1024;
const MOVES = ['navigateTo', 'redirectTo', 'reLaunch', 'switchTab', 'navigateBack'];

/**
 * Give all instances of a realm what they lack.
 *
 * @param {object} app the running mini program: realm, core, channels, routes, note(id, values), output
 */
export function extendInstances(app) {
  const { realm, core: { adapter } } = app;
  const prototype = adapter.component.ComponentCaller.prototype;
  const plain = { setData: prototype.setData, triggerEvent: prototype.triggerEvent };
  Object.assign(prototype, {
    setData(data, callback) { setData(app, this, plain.setData, data, callback); },
    triggerEvent(name, detail, options) {
      app.core.eventType = name;
      return plain.triggerEvent.call(this, name, detail, options ?? {});
    },
    getOpenerEventChannel() { return pageOf(app, this)?.channel ?? app.channels.empty(); },
    getTabBar() { return null; },
    getPageId() { return `pageId:${pageOf(app, this)?.number ?? 0}`; },
    animate(selector, keyframes, duration, callback) {
      app.note('animation', { page: this.is });
      if (typeof callback === 'function') realm.global.setTimeout(callback, duration);
    },
    clearAnimation(selector, options, callback) {
      const done = typeof options === 'function' ? options : callback;
      if (typeof done === 'function') realm.global.setTimeout(done);
    },
    applyAnimation() { app.note('animation', { page: this.is }); },
    setUpdatePerformanceListener() {},
  });
  define(prototype, 'router', function () { return routerFrom(app, this.is); });
  define(prototype, 'pageRouter', function () { return routerFrom(app, pageOf(app, this)?.path ?? this.is); });
  nameMissingHandlers(app);
}

/** Absent handlers are named as WeChat names them (the text is assumed). */
function nameMissingHandlers({ core, output }) {
  const { Component } = core.glassEasel;
  const found = Component.getMethod;
  Component.getMethod = (component, name) => {
    const method = found.call(Component, component, name);
    if (method) return method;
    const text = `Component "${component.is}" does not have a method "${name}" to handle event "${core.eventType ?? ''}".`;
    output.push({ level: 'warn', text });
    return undefined;
  };
}

function setData(app, instance, plain, data, callback) {
  const { glassEasel } = app.core;
  const copied = glassEasel.dataUtils.simpleDeepCopy(data ?? {});
  for (const [path, value] of Object.entries(copied)) {
    if (value === undefined) app.note('setdata-undefined', { page: instance.is, path });
  }
  const kilobytes = sizeOf(copied) / 1024;
  if (kilobytes > MOST_KILOBYTES) app.note('setdata-large', { page: instance.is, kilobytes: Math.round(kilobytes) });
  plain.call(instance, copied);
  // Without a receiver: `this` of a function is undefined there.
  if (typeof callback === 'function') app.realm.global.setTimeout(callback);
}

/** About how long a value is as JSON; counted, because writing it costs more than the rest of setData. */
function sizeOf(value) {
  if (typeof value === 'string') return value.length + 2;
  if (value === null || typeof value !== 'object') return 5;
  let size = 2;
  for (const key of Object.keys(value)) size += (Array.isArray(value) ? 1 : key.length + 4) + sizeOf(value[key]);
  return size;
}

function routerFrom({ realm }, path) {
  const router = new realm.global.Object();
  for (const move of MOVES) {
    router[move] = (argument = {}) => {
      if (typeof argument.url !== 'string') return realm.global.wx[move](argument);
      const [, query] = argument.url.split(/\?(.*)/s);
      const url = `/${parseUrl(argument.url, path).path}${query === undefined ? '' : `?${query}`}`;
      return realm.global.wx[move](Object.assign(new realm.global.Object(), argument, { url }));
    };
  }
  return router;
}

/** The page that an instance is, or lies in. */
function pageOf(app, instance) {
  let component = instance._$;
  while (component.ownerShadowRoot) component = component.ownerShadowRoot.getHostNode();
  return app.pages.made.get(component);
}

function define(prototype, name, get) {
  Object.defineProperty(prototype, name, {
    get,
    set(value) { Object.defineProperty(this, name, { value, writable: true, configurable: true, enumerable: true }); },
    configurable: true,
  });
}
