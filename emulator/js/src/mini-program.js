// A mini program that runs: its files, its app, its pages, and what a user does with it.

import { createApp } from './app.js';
import { eventFilter } from './event.js';
import { codeProblem, createModules } from './modules.js';
import { Problem } from './problem.js';
import { createPages } from './pages.js';
import { readProject } from './project.js';
import { createRealm } from './realm.js';
import { createRoutes, parseUrl } from './routes.js';
import { createTemplates } from './templates.js';
import { outline, tagOf, textOf, walk } from './view.js';
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

  constructor({ files, played, base, persona, answers = {}, wx = {}, scene = 1001, createRealm: makeRealm = createRealm, backend }) {
    this.project = readProject(files);
    this.realm = makeRealm({ console: this.#console() });
    this.core = this.realm.core;
    this.answers = answers;
    this.played = played;
    this.#quietCore();
    this.app = createApp(this.realm, (error, where) => this.report(error, where));
    this.modules = createModules(this.project, this.realm, (id, values) => this.note(id, values));
    const template = createTemplates(this.project, this.realm);
    this.pages = createPages({
      project: this.project, realm: this.realm, template, backend,
      evaluate: (path) => this.#evaluate(path),
      note: (id, values) => this.note(id, values),
      report: (error, where) => this.report(error, where),
    });
    this.pages.options.eventFilter = eventFilter();
    this.routes = createRoutes({
      project: this.project,
      make: (path, query) => this.pages.make(path, query),
      notFound: (found) => this.app.call('onPageNotFound', found),
    });
    this.wx = this.#createWx({ base, persona, scene, ...wx });
    this.widgets = createWidgets(this);
    this.#install();
  }

  /** Evaluate all code, call onLaunch and onShow, open the first page. */
  async launch({ path, query = {}, scene = 1001 } = {}) {
    const target = path ? parseUrl(path.startsWith('/') ? path : `/${path}`) : { path: this.project.pages[0], query: {} };
    const entry = { path: target.path, query: { ...target.query, ...query }, scene, referrerInfo: {}, apiCategory: 'default' };
    if (this.project.files.has('app.js') || this.project.files.has('app.ts')) this.#run('app', 'app');
    this.app.ensure();
    if (this.project.app.lazyCodeLoading !== 'requiredComponents') {
      for (const page of this.project.pages) this.pages.define(page);
    }
    this.app.call('onLaunch', entry);
    this.app.call('onShow', entry);
    if (!this.project.pages.includes(entry.path)) {
      this.app.call('onPageNotFound', { path: entry.path, query: entry.query, isEntryPage: true });
      throw new Problem(`there is no page ${entry.path}; pages: ${this.project.pages.join(', ')}`, 'app.json');
    }
    this.routes.enter(entry.path, entry.query);
    await this.settle();
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
    const nodes = [...walk(this.page.component, this.core)].filter((node) => !this.core.glassEasel.TextNode.isTextNode(node));
    const exact = nodes.filter((node) => textOf(node, this.core) === text);
    const near = exact.length ? exact : nodes.filter((node) => textOf(node, this.core).includes(text));
    return near.findLast((node) => near.every((other) => other === node || !isInside(this, other, node))) ?? near.at(-1);
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
    for (const stop of this.stops ?? []) stop();
  }

  /** Keep an error of the mini program's own code; App.onError hears of it too. */
  report(error, where) {
    const { message, file, line } = codeProblem(error, where.split(' ')[0]);
    this.errors.push({ message: error?.message ?? String(error), where, file, line });
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
      this.modules.load(file);
    } catch (error) {
      if (error instanceof Problem) throw error;
      throw codeProblem(error, file ?? where);
    }
  }

  #createWx({ base, persona, scene, ...more }) {
    this.pending = 0;
    const ui = {
      toast: (argument) => { this.shown.toast = argument?.title ?? null; },
      loading: (argument) => { this.shown.loading = argument?.title ?? null; },
      modal: (argument) => {
        this.shown.modal = argument;
        return this.answers.modal?.(argument) ?? true;
      },
      actionSheet: (argument) => {
        this.shown.actionSheet = argument;
        return this.answers.actionSheet?.(argument) ?? 0;
      },
      allow: (api, argument) => this.answers.allow?.(api, argument) ?? true,
      choose: (api, argument) => this.answers.choose?.(api, argument) ?? [new Blob([PICTURE], { type: 'image/png' })],
      navigate: ({ api, path, query, delta }) => this.#navigate(api, path, query, delta),
      error: (error, where) => this.report(error, `wx.${where}`),
      ...more.ui,
    };
    const listener = (event) => {
      this.pending += event.phase === 'call' ? 1 : -1;
      more.listener?.(event);
    };
    return this.played.createWx({
      ...more, base, persona, appid: more.appid ?? (this.project.appid || undefined), launch: { scene, ...more.launch }, ui, listener,
    });
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

  /** @returns {Promise<string | undefined>} why a move was not made, undefined when it was, as wx wants to hear it */
  async #navigate(api, path, query, delta) {
    const reason = await this.routes.move(api, { path: parseUrl(path ?? '', this.page?.path).path, query: query ?? {}, delta });
    return reason || undefined;
  }

  /** Have the user meet an open-type button. */
  openButton(openType, given = {}) {
    const allow = given.allow ?? this.answers.allow?.(openType) ?? true;
    return this.played.tapButton(this.wx, openType, { ...given, allow });
  }

  async navigate(api, url, delta) {
    await this.wx[api]?.({ url, delta }).catch?.(() => {});
  }

  #console() {
    const write = (level) => (...words) => {
      this.output.push({ level, text: words.map((one) => (typeof one === 'string' ? one : inspect(one))).join(' ') });
      if (this.output.length > 500) this.output.shift();
    };
    return Object.fromEntries(['log', 'info', 'warn', 'error', 'debug', 'group', 'groupEnd', 'time', 'timeEnd', 'trace'].map((level) => [level, write(level)]));
  }

  /** The core throws handlers' errors at the console; here they are kept as errors. */
  #quietCore() {
    const { glassEasel } = this.core;
    glassEasel.globalOptions.throwGlobalError = false;
    glassEasel.addGlobalErrorListener?.((error, { element, methodName } = {}) => {
      this.report(error, `${element?.is ?? ''} ${methodName ?? ''}`.trim());
      return false;
    });
    glassEasel.addGlobalWarningListener?.((message) => {
      this.output.push({ level: 'warn', text: String(message) });
      return false;
    });
  }

  #install() {
    const { global } = this.realm;
    const { Page, Component, Behavior } = this.pages.constructors;
    const { App, getApp } = this.app;
    const getCurrentPages = () => global.Array.from(this.routes.stack, (page) => page.instance);
    const requirePlugin = (name) => { throw this.realm.error(`requirePlugin: plugins are not played by mockdoor (${name})`); };
    Object.assign(global, { wx: this.wx, App, Page, Component, Behavior, getApp, getCurrentPages, requirePlugin });
  }
}

const PICTURE = Uint8Array.from([137, 80, 78, 71, 13, 10, 26, 10]);

function inspect(value) {
  if (value instanceof Error || value?.stack) return String(value.stack ?? value);
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}

function isInside(app, node, outer) {
  if (node === outer) return false;
  for (const one of walk(outer, app.core)) if (one === node) return true;
  return false;
}

const COMPOUND = /([\w-]+)|#([\w-]+)|\.([\w-]+)|\[([\w-]+)(?:=["']?([^"'\]]*)["']?)?\]/g;

/** Nodes below a root that a selector finds, in the order of the page. */
export function select(app, selector, root) {
  const found = new Set();
  for (const part of selector.split(',')) {
    let nodes = [root];
    for (const compound of part.trim().split(/\s*>>>\s*|\s+/)) {
      nodes = nodes.flatMap((node) => [...walk(node, app.core)].slice(1).filter((one) => fits(app, one, compound)));
    }
    nodes.forEach((node) => found.add(node));
  }
  return [...found];
}

function fits(app, node, compound) {
  if (app.core.glassEasel.TextNode.isTextNode(node)) return false;
  return [...compound.matchAll(COMPOUND)].every(([, tag, id, name, attribute, value]) => {
    if (tag) return tagOf(node, app.core) === tag;
    if (id) return node.id === id || node.id?.endsWith(`--${id}`);
    if (name) return (node.class ?? '').split(/\s+/).includes(name);
    const has = node.attributes?.find?.((one) => one.name === attribute);
    return Boolean(has) && (value === undefined || String(has.value) === value);
  });
}
