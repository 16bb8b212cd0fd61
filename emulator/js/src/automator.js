// A running mini program under the names that users of miniprogram-automator know. Source: the .d.ts of its release 0.12.1.

import fs from 'node:fs';

import { folderReader } from './folder-reader.js';
import { startMiniProgram } from './mini-program.js';
import { Problem } from './problem.js';
import { attributeOf, outline, tagOf, textOf } from './view.js';

/** How long waitFor looks for what it was told, and how often, in milliseconds. */
const PATIENCE = 5000;
const BEAT = 20;

/**
 * Run a folder against an emulator.
 *
 * @param {string} folder with app.json or project.config.json
 * @param {object} options url, token and script (wx.js) of the emulator, and those of startMiniProgram
 * @returns {Promise<App>}
 */
export async function openMiniProgram(folder, { url, token, script, ...options }) {
  if (!fs.statSync(folder, { throwIfNoEntry: false })?.isDirectory()) throw new Problem('there is no such folder', folder);
  const played = { exports: {} };
  new Function('module', script)(played);
  const wx = { ...options.wx, ...(token ? { token } : {}) };
  return new App(await startMiniProgram({ ...options, files: folderReader(folder), played: played.exports, base: url, wx }));
}

class App {
  #program;
  #pages = new Map();
  #played = new Map();

  constructor(program) {
    this.#program = program;
  }

  /** Texts of the toast and the loading that show, the arguments of the last modal and action sheet. */
  get shown() { return this.#program.shown; }

  /** What the mini program printed: {level, text}. */
  get output() { return this.#program.output; }

  /** Errors of its code that nothing caught. */
  get errors() { return this.#program.errors; }

  /** Places where WeChat differs. */
  get notes() { return this.#program.notes; }

  /** The page on top as indented tags, for a person who looks for a fault. */
  get outline() { return this.#program.outline; }

  navigateTo(url) { return this.#move('navigateTo', url); }

  redirectTo(url) { return this.#move('redirectTo', url); }

  reLaunch(url) { return this.#move('reLaunch', url); }

  switchTab(url) { return this.#move('switchTab', url); }

  navigateBack() { return this.#move('navigateBack', ''); }

  async currentPage() {
    await this.#program.settle();
    return this.#pageOf(this.#program.page);
  }

  async pageStack() {
    await this.#program.settle();
    return this.#program.routes.stack.map((page) => this.#pageOf(page));
  }

  /** Call `wx[name]`; the result is what its success is given, a refusal rejects. */
  async callWxMethod(name, ...words) {
    const result = await this.#program.wx[name](...words);
    await this.#program.settle();
    return plain(result);
  }

  /** Have `wx[name]` answer a value, or what a function makes of its arguments, until it is restored. */
  async mockWxMethod(name, result) {
    const { wx } = this.#program;
    if (!this.#played.has(name)) this.#played.set(name, Object.getOwnPropertyDescriptor(wx, name));
    const value = typeof result === 'function' ? result : (argument) => answer(name, argument, result);
    Object.defineProperty(wx, name, { value, configurable: true, enumerable: true, writable: true });
  }

  async restoreWxMethod(name) {
    const before = this.#played.get(name);
    if (!this.#played.delete(name)) return;
    delete this.#program.wx[name];
    if (before) Object.defineProperty(this.#program.wx, name, before);
  }

  async close() {
    this.#program.close();
  }

  async #move(api, url) {
    await this.#program.open(url, api);
    return this.#pageOf(this.#program.page);
  }

  /** One handle for each page, so that two of them can be compared. */
  #pageOf(page) {
    if (!this.#pages.has(page)) this.#pages.set(page, new Page(this.#program, page));
    return this.#pages.get(page);
  }
}

/** Answer as wx does: a synchronous call returns, another calls back and resolves. */
function answer(name, argument, result) {
  if (name.endsWith('Sync')) return result;
  argument?.success?.(result);
  argument?.complete?.(result);
  return Promise.resolve(result);
}

class Page {
  #program;
  #page;

  constructor(program, page) {
    this.#program = program;
    this.#page = page;
  }

  get path() { return this.#page.path; }

  get query() { return plain(this.#page.query); }

  async $(selector) { return (await this.$$(selector))[0] ?? null; }

  async $$(selector) {
    await this.#program.settle();
    return found(this.#program, selector, this.#page.component);
  }

  async text() {
    await this.#program.settle();
    return textOf(this.#page.component, this.#program.core);
  }

  async data(path) {
    await this.#program.settle();
    return dataAt(this.#page.instance.data, path);
  }

  async setData(data) {
    this.#page.instance.setData(data);
    await this.#program.settle();
  }

  async callMethod(name, ...words) {
    return call(this.#program, this.#page.instance, name, words, this.path);
  }

  /** Wait for a time in milliseconds, for an element, or until a function returns what is true. */
  async waitFor(condition) {
    if (typeof condition === 'number') {
      await new Promise((resolve) => { setTimeout(resolve, condition); });
      return this.#program.settle();
    }
    const holds = typeof condition === 'function' ? condition : async () => (await this.$(condition)) !== null;
    for (let left = PATIENCE / BEAT; left > 0; left -= 1) {
      await this.#program.settle();
      if (await holds()) return undefined;
      await new Promise((resolve) => { setTimeout(resolve, BEAT); });
    }
    const what = typeof condition === 'function' ? 'the function says no' : `${condition} is not on the page`;
    throw new Error(`waitFor: after ${PATIENCE / 1000} s ${what}; ${this.path} shows\n${outline(this.#page.component, this.#program.core)}`);
  }
}

class Element {
  #program;
  #node;

  constructor(program, node) {
    this.#program = program;
    this.#node = node;
  }

  get tagName() { return tagOf(this.#node, this.#program.core); }

  async $(selector) { return (await this.$$(selector))[0] ?? null; }

  async $$(selector) { return found(this.#program, selector, this.#node); }

  async text() { return textOf(this.#node, this.#program.core); }

  /** An attribute as a text, null without it. */
  async attribute(name) {
    const value = attribute(this.#node, name);
    return value === undefined || value === null ? null : String(value);
  }

  async value() {
    return plain(this.#program.widgets.valueOf(this.#node));
  }

  /** Tap it; for an open-type button `{ allow: false }` refuses, and `{ avatar }` is the picture that is chosen. */
  async tap(given) {
    await this.#program.tap(this.#node, given);
  }

  /** Type a text in place of the one that is there; `{ review: false }` has WeChat reject a nickname. */
  async input(text, given) {
    await this.#program.input(this.#node, String(text), given);
  }

  async callMethod(name, ...words) {
    return call(this.#program, this.#node.getMethodCaller?.() ?? {}, name, words, this.tagName);
  }

  /** The data of a component of the mini program's own. */
  async data(path) {
    return dataAt(this.#node.data ?? {}, path);
  }
}

function found(program, selector, root) {
  return program.find(selector, root).map((node) => new Element(program, node));
}

function attribute(node, name) {
  if (name === 'id') return node.id || undefined;
  if (name === 'class') return node.class || undefined;
  if (!name.startsWith('data-')) return attributeOf(node, name) ?? node.data?.[camel(name)];
  return node.dataset?.[camel(name.slice(5))];
}

function camel(name) {
  return name.replace(/-(\w)/g, (_, letter) => letter.toUpperCase());
}

async function call(program, target, name, words, where) {
  if (typeof target[name] !== 'function') throw new Error(`${where} has no method ${name}`);
  const result = await target[name](...words);
  await program.settle();
  return plain(result);
}

/** @returns {any} what lies at a path such as `user.phones[0]` */
function dataAt(data, path = '') {
  const names = path.match(/[^.[\]]+/g) ?? [];
  return plain(names.reduce((value, name) => value?.[name], data));
}

/** Objects of the mini program have other constructors than the test's, to which deepEqual minds; a copy has the test's. */
function plain(value) {
  try {
    return structuredClone(value);
  } catch {
    return value; // it holds a function, of which there is no copy
  }
}
