// The stack of pages, and the five ways between them: facts of WeChat's page on routes.

import { normalize } from './reader.js';

/** How many pages the stack holds at most. */
export const DEEPEST = 10;

/** @returns {{path: string, query: object}} what a url leads to; relative ones begin at the page they are asked from */
export function parseUrl(url, from) {
  const [path, query = ''] = String(url).split(/\?(.*)/s);
  const folder = from?.includes('/') ? from.slice(0, from.lastIndexOf('/')) : '';
  const whole = path.startsWith('/') ? path : `${folder}/${path}`;
  return { path: normalize(whole) ?? path, query: parseQuery(query) };
}

/** @returns {object} the fields of a query as texts, not decoded, as WeChat hands them over */
export function parseQuery(query) {
  const fields = query.split('&').filter(Boolean).map((field) => field.split(/=(.*)/s));
  return Object.fromEntries(fields.map(([name, value = '']) => [name, value]));
}

/**
 * @param {object} options
 * @param {import('./project.js').Project} options.project
 * @param {(path: string, query: object) => object} options.make makes a page: {path, instance, call(hook, argument), attach(), detach()}
 * @param {(id: string, values: object) => void} [options.note]
 * @param {(work: () => any, where: string) => any} [options.enter] runs code of the mini program
 * @param {(found: {path: string, query: object, isEntryPage: boolean}) => boolean} options.notFound asks the app
 */
export function createRoutes({ project, make, notFound, note = () => {}, enter: inside = (work) => work() }) {
  const stack = [];
  const tabs = new Map();
  let moving = Promise.resolve();
  const current = () => stack.at(-1);
  const isTab = (path) => project.tabs.includes(path);

  function enter(path, query, channel) {
    const page = isTab(path) && tabs.get(path);
    if (page) {
      stack.push(page);
      page.call('onShow');
      return page;
    }
    const made = make(path, query, channel);
    if (isTab(path)) tabs.set(path, made);
    stack.push(made);
    made.attach();
    made.call('onLoad', made.query);
    made.call('onShow');
    made.ready();
    return made;
  }

  function leave(page) {
    const index = stack.indexOf(page);
    if (index >= 0) stack.splice(index, 1);
    if (tabs.get(page.path) === page) tabs.delete(page.path);
    page.call('onUnload');
    page.detach();
  }

  const moves = {
    navigateTo({ path, query, channel }) {
      if (isTab(path)) return 'can not navigateTo a tabbar page';
      if (stack.length >= DEEPEST) return 'webview count limit exceed';
      current()?.call('onHide');
      enter(path, query, channel);
      return '';
    },
    redirectTo({ path, query }) {
      if (isTab(path)) return 'can not redirectTo a tabbar page';
      if (current()) leave(current());
      enter(path, query);
      return '';
    },
    navigateBack({ delta = 1 }) {
      if (stack.length < 2) return 'cannot navigate back at first page.';
      for (let left = Math.min(delta, stack.length - 1); left > 0; left -= 1) leave(current());
      current().call('onShow');
      return '';
    },
    switchTab({ path, query }) {
      if (Object.keys(query ?? {}).length) note('switchtab-query', { url: path });
      if (!isTab(path)) return 'can not switch to no-tabBar page';
      const from = current();
      if (from?.path === path) return '';
      if (from && isTab(from.path)) {
        from.call('onHide');
        stack.length = 0;
      } else {
        while (current() && !isTab(current().path)) leave(current());
        stack.length = 0;
      }
      enter(path, {});
      return '';
    },
    reLaunch({ path, query }) {
      while (current()) leave(current());
      for (const page of [...tabs.values()]) leave(page);
      enter(path, query);
      return '';
    },
  };

  /** @returns {Promise<string>} empty when the move was made, else why not; moves are made one after another */
  function move(api, target) {
    const done = moving.then(() => {
      const known = api === 'navigateBack' || project.pages.includes(target.path);
      if (!known) {
        notFound({ path: target.path, query: target.query ?? {}, isEntryPage: !stack.length });
        return `page "${target.path}" is not found`;
      }
      return inside(() => moves[api](target), api);
    });
    moving = done.catch(() => {});
    return done;
  }

  return { stack, current, enter, move, settled: () => moving, isTab };
}
