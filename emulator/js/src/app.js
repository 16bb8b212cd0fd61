// The app of a mini program: App(), getApp(), its lifecycle.

const HOOKS = ['onLaunch', 'onShow', 'onHide', 'onError', 'onPageNotFound', 'onUnhandledRejection', 'onThemeChange'];

/**
 * @param {import('./realm.js').Realm} realm
 * @param {(error: any, where: string) => void} report hears of errors in hooks
 */
export function createApp(realm, report) {
  let instance;

  function App(options = {}) {
    if (instance) throw realm.error('App() was called twice; app.js calls it once');
    instance = Object.assign(new realm.global.Object(), options);
  }

  function getApp(options) {
    return instance ?? (options?.allowDefault ? new realm.global.Object() : undefined);
  }

  function call(hook, argument) {
    if (!HOOKS.includes(hook)) throw new TypeError(`${hook} is no hook of an app`);
    if (typeof instance?.[hook] !== 'function') return false;
    try {
      instance[hook](argument);
    } catch (error) {
      if (hook === 'onError') throw error;
      report(error, `App.${hook}`);
    }
    return true;
  }

  return { App, getApp, call, get instance() { return instance; }, ensure: () => { instance ??= new realm.global.Object(); } };
}
