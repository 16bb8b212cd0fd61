// What a scenario does with a mini program: opening, tapping, typing, answering, and looking at it.

import fs from 'node:fs';
import path from 'node:path';
import vm from 'node:vm';

import { folderReader } from './folder-reader.js';
import { startMiniProgram } from './mini-program.js';
import { createRecord } from './host-record.js';
import { attributeOf, shownBelow, tagOf, textOf, walk } from './view.js';

/** Milliseconds between two looks for an element that is not there yet. */
const LOOK = 30;
/** The functions of wx that each word of `allow` and `refuse` is about. */
const ASKED = {
  permissions: ['authorize'],
  privacy: ['requirePrivacyAuthorize'],
  messages: ['requestSubscribeMessage'],
  profile: ['getUserProfile', 'getUserInfo'],
  phone_number: ['getPhoneNumber', 'getRealtimePhoneNumber'],
  avatar: ['chooseAvatar'],
  files: ['chooseImage', 'chooseMedia', 'chooseVideo', 'chooseMessageFile'],
  modal: ['showModal'],
  action_sheet: ['showActionSheet'],
};

/** @returns {object} run(command), uncaught(error), waiting() */
export function createSession() {
  const refused = new Set();
  const record = createRecord();
  let app;
  let stored;
  let started; // what the mini program was started with
  let played;

  const commands = {
    async open(given) {
      const afresh = !app || given.scene !== undefined || (given.persona ?? started.persona) !== started.persona;
      if (afresh) await start(given);
      else if (given.page) await move(given);
    },
    async tap(given) {
      await app.tap(await locate(given), given.given);
    },
    async input({ value, review, ...given }) {
      await app.input(await locate(given, fieldsNamed), value, { review });
    },
    async confirm(given) {
      app.widgets.confirm(await locate(given, fieldsNamed));
      await app.settle();
    },
    async phone_number({ allow, ...given }) {
      await app.tap(await button('getPhoneNumber', given), { allow });
    },
    async choose_avatar({ file, ...given }) {
      const avatar = file === undefined ? undefined : new Blob([fs.readFileSync(file)], { type: pictureType(file) });
      await app.tap(await button('chooseAvatar', given), avatar ? { avatar } : {});
    },
    async answer({ what, allow }) {
      for (const word of what) for (const api of ASKED[word] ?? [word]) refused[allow ? 'delete' : 'add'](api);
    },
    async state() {
      await app?.settle();
    },
  };

  async function start({ folder, wx, base, persona, page, query, scene = 1001, privacy, replace = {} }) {
    if (app) app.close();
    played ??= evaluated(wx);
    stored ??= memory();
    started = { folder, wx, base, persona, privacy, replace, ...started, ...(persona && { persona }) };
    record.begin();
    app = await startMiniProgram({
      files: folderReader(started.folder), played, base: started.base, persona: started.persona,
      path: page, query: encoded(query), scene, answers: answers(),
      wx: { storage: stored, listener: record.hear, fetch: replacing(started.replace), privacy: started.privacy },
    });
    record.follow(app);
  }

  async function move({ page, query }) {
    const fields = Object.entries(encoded(query)).map(([name, value]) => `${name}=${value}`);
    const isTab = app.project.tabs.includes(page.replace(/^\//, ''));
    await app.open(fields.length && !isTab ? `${page}?${fields.join('&')}` : page, isTab ? 'switchTab' : 'navigateTo');
  }

  function answers() {
    const allows = (api, argument) => !refused.has(api) && !(argument?.scope && refused.has(argument.scope));
    return {
      allow: allows,
      modal: () => allows('showModal'),
      actionSheet: () => (allows('showActionSheet') ? 0 : false),
      choose: (api) => (allows(api) ? undefined : false),
    };
  }

  /** The element that a step means, once it is there; else an error with what there is instead. */
  async function locate({ text, selector, wait = 0, ...named }, more = () => []) {
    for (const end = Date.now() + wait; ;) {
      const found = selector ? app.find(selector)[0] : text !== undefined ? app.findText(text) : more(named)[0];
      if (found) return found;
      if (Date.now() >= end) throw missing(text, selector, named);
      await new Promise((resolve) => { setTimeout(resolve, LOOK); });
      await app.settle();
    }
  }

  function fieldsNamed({ name, placeholder }) {
    const fields = app.find('input,textarea');
    if (name !== undefined) return fields.filter((one) => attributeOf(one, 'name') === name);
    if (placeholder !== undefined) return fields.filter((one) => attributeOf(one, 'placeholder') === placeholder);
    return fields.length === 1 ? fields : [];
  }

  function missing(text, selector, { name, placeholder }) {
    const words = { text, selector, name, placeholder };
    const [kind, value] = Object.entries(words).find(([, one]) => one !== undefined) ?? ['selector', 'input'];
    const nodes = [...walk(app.page.component, app.core)];
    return Object.assign(new Error(), { more: { missing: { kind, value, there: there(kind, nodes) } } });
  }

  function there(kind, nodes) {
    const elements = nodes.filter((node) => tagOf(node, app.core));
    if (kind === 'selector') {
      return elements.flatMap((node) => [
        tagOf(node, app.core), ...(node.id ? [`#${node.id}`] : []),
        ...(node.class ?? '').split(/\s+/).filter(Boolean).map((one) => `.${one}`),
      ]);
    }
    if (kind !== 'text') return elements.map((node) => attributeOf(node, kind)).filter((one) => typeof one === 'string' && one);
    const innermost = elements.filter((node) => !shownBelow(node, app.core).some((one) => tagOf(one, app.core)));
    return innermost.map((node) => textOf(node, app.core)).filter(Boolean);
  }

  function button(openType, { selector, wait }) {
    if (selector) return locate({ selector, wait });
    const buttons = () => app.find('button').filter((one) => String(attributeOf(one, 'open-type') ?? '').split('|').includes(openType));
    return locate({ wait, name: `<button open-type="${openType}">` }, buttons);
  }

  return {
    /** @returns {Promise<{state: object}>} how the mini program stands after a command */
    async run({ do: what, ...given }) {
      if (!commands[what]) throw new Error(`there is no command ${what}`);
      if (!app && !['open', 'answer'].includes(what)) throw new Error('it is not open; a step `open` comes first');
      if (app && what !== 'state') record.begin();
      try {
        await commands[what](given);
      } catch (error) {
        throw Object.assign(error, { more: { ...error.more, state: app && record.state(app, stored) } });
      }
      return { state: app && record.state(app, stored) };
    },
    uncaught: (error) => (app ? app.report(error, 'a promise or timer') : process.stderr.write(`${error?.stack ?? error}\n`)),
    waiting: () => record.waiting(),
  };
}

function evaluated(script) {
  const module = { exports: {} };
  new vm.Script(`(function (module, exports) {${script}\n})`, { filename: '/wx.js' }).runInThisContext()(module, module.exports);
  return module.exports;
}

/** Query values as a link holds them; WeChat hands them to onLoad as they are. */
function encoded(query = {}) {
  return Object.fromEntries(Object.entries(query).map(([name, value]) => [name, encodeURIComponent(value)]));
}

/** fetch with the beginnings of addresses replaced, as a scenario wants it. */
function replacing(replace) {
  const pairs = Object.entries(replace).sort(([one], [other]) => other.length - one.length);
  return (url, init) => {
    const [from, to] = pairs.find(([start]) => String(url).startsWith(start)) ?? ['', ''];
    return fetch(to.replace(/\/$/, from.endsWith('/') ? '/' : '') + String(url).slice(from.length), init);
  };
}

function pictureType(file) {
  return { '.jpg': 'image/jpeg', '.jpeg': 'image/jpeg', '.gif': 'image/gif', '.webp': 'image/webp' }[path.extname(file).toLowerCase()] ?? 'image/png';
}

/** localStorage's interface over a Map; it lives as long as the process, like a phone's. */
function memory() {
  const items = new Map();
  return {
    get length() { return items.size; },
    key: (index) => [...items.keys()][index] ?? null,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => { items.set(key, String(value)); },
    removeItem: (key) => { items.delete(key); },
  };
}
