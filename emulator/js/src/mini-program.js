// A mini program that runs: its files, its app, its pages, and what a user does with it.

import { createApp } from './app.js';
import { createBridge } from './bridge.js';
import { createChannels } from './channels.js';
import { quietCore } from './core-errors.js';
import { createHandle } from './event.js';
import { installGlobals } from './globals.js';
import { extendInstances } from './instance.js';
import { codeProblem, createModules } from './modules.js';
import { noteOfError } from './notes.js';
import { createOuterWx } from './outer-wx.js';
import { createConsole } from './output.js';
import { createPages } from './pages.js';
import { Problem } from './problem.js';
import { readProject } from './project.js';
import { createRealm } from './realm.js';
import { createRoutes, parseUrl } from './routes.js';
import { nodeWithText, select } from './select.js';
import { createTemplates } from './templates.js';
import { outline, textOf } from './view.js';
import { createWidgets } from './widgets.js';

/**
 * Start a mini program: evaluate app.js and every page, launch the app, open the first page.
 *
 * @param {object} options
 * @param {import('./reader.js').Reader} options.files
 * @param {object} options.played wx.js: createWx and tapButton
 * @param {string} options.base the emulator's address, with a world's prefix
 * @param {string} [options.persona] who signs in; default: whoever is signed in at the emulator
 * @param {string} [options.path] the first page, with its query; default: the first of app.json
 * @param {number} [options.scene] how it was opened; default: 1001, from the list
 * @param {object} [options.answers] what a user answers: allow(api, argument), modal(argument), actionSheet(argument),
 *   choose(api, argument); defaults: yes to everything, the first item, an empty picture
 * @param {number} [options.longest] how long a stretch of its code may run, in milliseconds; default: 5000
 * @param {object} [options.wx] further options for createWx
 * @returns {Promise<MiniProgram>}
 */
export async function startMiniProgram(options) {
  const app = new MiniProgram(options);
  await app.launch(options);
  return app;
}

export class MiniProgram {
  /** What was shown last: texts of a toast and of a loading, the argument of a modal. */
  shown = { toast: null, loading: null, modal: null, actionSheet: null };
  /** What the mini program printed: {level, text}. */
  output = [];
  /** Errors of its code that nothing caught: {message, where, file, line}. */
  errors = [];
  /** Places where WeChat differs from what was done: {id, values}. */
  notes = [];

  constructor({ files, played, base, persona, answers = {}, wx = {}, path, query, scene = 1001, createRealm: makeRealm = createRealm, backend, longest }) {
    this.project = readProject(files);
    this.realm = makeRealm({
      console: createConsole(this.output),
      report: (error, where) => this.report(error, where),
      rejected: (reason, promise) => this.#rejected(reason, promise),
      longest,
    });
    this.enter = this.realm.enter ?? ((work) => work());
    this.core = this.realm.core;
    this.core.send = (work, where) => this.attempt(work, where);
    this.answers = answers;
    this.played = played;
    quietCore(this);
    this.app = createApp(this.realm, (error, where) => this.report(error, where));
    this.modules = createModules(this.project, this.realm, (id, values) => this.note(id, values));
    const bridge = createBridge(this.realm);
    const template = createTemplates(this.project, this.realm, {
      handle: createHandle(bridge.inward), note: (id, values) => this.note(id, values),
    });
    this.pages = createPages({
      project: this.project, realm: this.realm, template, backend,
      evaluate: (path) => this.#evaluate(path),
      note: (id, values) => this.note(id, values),
      report: (error, where) => this.report(error, where),
    });
    this.routes = createRoutes({
      project: this.project,
      enter: this.enter,
      make: (path, query, channel) => this.#make(path, query, channel),
      note: (id, values) => this.note(id, values),
      notFound: (found) => this.app.call('onPageNotFound', found),
    });
    this.channels = createChannels(this.realm);
    this.wx = createOuterWx(this, { base, persona, ...wx, launch: { ...this.#entry({ path, query, scene }), ...wx.launch } });
    extendInstances(this);
    this.widgets = createWidgets(this);
    installGlobals(this);
  }

  /** Evaluate all code, call onLaunch and onShow, open the first page. */
  async launch({ path, query = {}, scene = 1001 } = {}) {
    const entry = this.#entry({ path, query, scene });
    this.launched = entry;
    if (this.project.files.has('app.js') || this.project.files.has('app.ts')) this.#run('app', 'app');
    this.app.ensure();
    if (this.project.app.lazyCodeLoading !== 'requiredComponents') this.project.pages.forEach((page) => this.#defineEarly(page));
    this.enter(() => this.#openFirst(entry), 'the launch');
    await this.settle();
  }

  /** How the mini program is opened: what onLaunch and wx.getLaunchOptionsSync tell. */
  #entry({ path, query = {}, scene = 1001 }) {
    const target = path ? parseUrl(path.startsWith('/') ? path : `/${path}`) : { path: this.project.pages[0], query: {} };
    return { path: target.path, query: { ...target.query, ...query }, scene, referrerInfo: {}, apiCategory: 'default' };
  }

  /** The user leaves the mini program for another one: the page is hidden, then the app. */
  background() {
    this.page.call('onHide');
    this.attempt(() => this.app.call('onHide'), 'App.onHide');
  }

  /** The user comes back: the app is shown, then the page; what is not given is as it was at the start. */
  async foreground(options = {}) {
    const entry = { ...this.launched, ...options };
    this.attempt(() => this.app.call('onShow', entry), 'App.onShow');
    this.page.call('onShow');
    await this.settle();
  }

  /** A page with a mistake in its code does not keep the others from being opened. */
  #defineEarly(page) {
    try {
      this.pages.define(page);
    } catch (error) {
      if (page === this.launched.path) throw error;
      this.report(error, page);
    }
  }

  #make(path, query, channel) {
    for (const [name, value] of Object.entries(query)) {
      if (/%[0-9a-f]{2}/i.test(value)) this.note('query-encoded', { page: path, name });
    }
    return this.pages.make(path, query, channel);
  }

  #openFirst(entry) {
    this.app.call('onLaunch', entry);
    this.app.call('onShow', entry);
    if (!this.project.pages.includes(entry.path)) {
      this.app.call('onPageNotFound', { path: entry.path, query: entry.query, isEntryPage: true });
      throw new Problem(`there is no page ${entry.path}; pages: ${this.project.pages.join(', ')}`, 'app.json');
    }
    this.routes.enter(entry.path, entry.query);
  }

  /** The page on top, undefined before the launch. */
  get page() {
    return this.routes.current();
  }

  /** Nodes of the page on top that a selector (`#id`, `.class`, `tag`, `[open-type=x]`, and descendants) finds. */
  find(selector, root = this.page.component) {
    return select(this, selector, root);
  }

  /** The innermost node whose text is, or else contains, a text; `undefined` without one. */
  findText(text) {
    return nodeWithText(this, text);
  }

  /** Tap a node and wait until nothing more comes of it. */
  async tap(node, given) {
    await this.widgets.tap(node, given);
    await this.settle();
  }

  /** Type into a field and wait until nothing more comes of it. */
  async input(node, text, given) {
    this.widgets.input(node, text, given);
    await this.settle();
  }

  /** Move to another page as wx.navigateTo and its like do; rejects with what WeChat would answer. */
  async open(url, api = 'navigateTo') {
    const failure = await this.routes.move(api, parseUrl(url.startsWith('/') ? url : `/${url}`));
    if (failure) throw new Error(`${api}:fail ${failure}`);
    await this.settle();
  }

  /** Wait until every wx call has come back and its callbacks have run. */
  async settle() {
    for (let quiet = 0; quiet < 3;) {
      this.attempt(() => {}, 'a promise'); // lets promises that were settled from outside go on
      await this.routes.settled();
      await new Promise((resolve) => { setTimeout(resolve); });
      quiet = this.busy ? 0 : quiet + 1;
      if (this.busy) await Promise.race([this.idle(), new Promise((resolve) => { setTimeout(resolve, 50); })]);
    }
  }

  /** The page on top as a user reads it. */
  get text() {
    return textOf(this.page.component, this.core);
  }

  /** The page on top as indented tags, for a person who looks for a fault. */
  get outline() {
    return outline(this.page.component, this.core);
  }

  /** End it: pages are unloaded, timers of its code are stopped. */
  close() {
    for (const page of [...this.routes.stack].reverse()) {
      page.call('onUnload');
      page.detach();
    }
    this.routes.stack.length = 0;
    this.realm.close?.();
  }

  /** Run code of the mini program from outside; what it throws is kept as an error. */
  attempt(work, where) {
    try {
      return this.enter(work, where);
    } catch (error) {
      this.report(error, where);
      return undefined;
    }
  }

  #rejected(reason, promise) {
    if (this.app.call('onUnhandledRejection', { reason, promise })) return;
    this.report(reason, 'an unhandled rejection');
  }

  /** Keep an error of the mini program's own code; App.onError hears of it too. */
  report(error, where) {
    const { message, file, line } = codeProblem(error, where.split(' ')[0]);
    this.errors.push({ message: error?.errMsg ?? error?.message ?? String(error), where, file, line });
    const about = noteOfError(error?.message ?? '');
    if (about) this.note(...about);
    try {
      this.app.call('onError', `${message}\n${error?.stack ?? ''}`);
    } catch (again) {
      this.errors.push({ message: again?.message ?? String(again), where: 'App.onError' });
    }
  }

  /** Name a place where WeChat differs, once. */
  note(id, values = {}) {
    const known = this.notes.some((one) => one.id === id && JSON.stringify(one.values) === JSON.stringify(values));
    if (!known) this.notes.push({ id, values });
  }

  #evaluate(path) {
    const file = [`${path}.js`, `${path}.ts`].find((one) => this.project.files.has(one));
    if (!file) throw new Problem(`a page or component has a script; there is no ${path}.js`, 'app.json');
    this.#run(path, path);
  }

  #run(path, where) {
    const file = [`${path}.js`, `${path}.ts`].find((one) => this.project.files.has(one));
    try {
      this.enter(() => this.modules.load(file), file);
    } catch (error) {
      throw codeProblem(error, file ?? where);
    }
  }

  get busy() {
    return this.pending > 0;
  }

  idle() {
    return new Promise((resolve) => {
      const look = () => (this.busy ? setTimeout(look, 5) : resolve());
      look();
    });
  }

  /** Make a move that wx was asked for; a text refuses it. */
  async move(api, path, query, delta) {
    const channel = api === 'navigateTo' ? this.channels.opening() : undefined;
    const refusal = await this.routes.move(api, { path: parseUrl(path ?? '', this.page?.path).path, query: query ?? {}, delta, channel });
    return refusal || undefined;
  }

  /** Have the user meet an open-type button. */
  openButton(openType, given = {}) {
    const allow = given.allow ?? this.answers.allow?.(openType) ?? true;
    return this.played.tapButton(this.wx, openType, { ...given, allow });
  }
}
