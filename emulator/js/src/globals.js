// The names that every file of a mini program finds: App, Page, Component, getApp, wx and the like.

import { createInnerWx } from './wx.js';

/** @param {object} app the running mini program: realm, app, pages, routes, wx, note(id) */
export function installGlobals(app) {
  const { global } = app.realm;
  const { Page, Component, Behavior } = app.pages.constructors;
  const { App } = app.app;
  const getApp = (options) => {
    const found = app.app.getApp(options);
    if (!found) app.note('getapp-early');
    return found;
  };
  const getCurrentPages = () => global.Array.from(app.routes.stack, (page) => page.instance);
  const refuse = (word, what) => (name) => { throw app.realm.error(`${word}: ${what} are not played by mockdoor (${name})`); };
  Object.assign(global, {
    wx: createInnerWx(app), App, Page, Component, Behavior, getApp, getCurrentPages,
    requirePlugin: refuse('requirePlugin', 'plugins'),
    requireMiniProgram: refuse('requireMiniProgram', 'other mini programs'),
  });
}
