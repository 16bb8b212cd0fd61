// WXML as the component core renders it, compiled by WeChat's own compiler.

import { Problem } from './problem.js';
import { folderOf, join } from './reader.js';
import { loadCompiler } from './template-compiler.js';
import { noteTemplate } from './template-notes.js';

const IMPORT = /<(?:import|include)\s[^>]*\bsrc\s*=\s*["']([^"']+)["']/g;
const SCRIPT = /<wxs\s[^>]*\bsrc\s*=\s*["']([^"']+)["']/g;
const CONSTRUCTOR = /([A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*)\.constructor\b/g;
const REQUIRED = /\brequire\(\s*["']([^"']+)["']\s*\)/g;

/**
 * @param {import('./project.js').Project} project
 * @param {import('./realm.js').Realm} realm
 * @param {object} [hooks]
 * @param {(caller: object, event: object, handler: Function, place?: any[]) => any} [hooks.handle] calls the handler of an event
 * @param {(id: string, values?: object) => void} [hooks.note]
 * @returns {(path: string) => object | undefined} the compiled template of a page or component, undefined without one
 */
export function createTemplates(project, realm, { handle, note } = {}) {
  const compiled = new Map();
  return (path) => {
    if (!project.files.has(`${path}.wxml`)) return undefined;
    if (!compiled.has(path)) compiled.set(path, compileTemplate(project, realm, path, { handle, note }));
    return compiled.get(path);
  };
}

function compileTemplate(project, realm, path, { handle, note = () => {} }) {
  const { TmplGroup } = loadCompiler();
  const group = new TmplGroup();
  try {
    group.setExtraRuntimeScript(SCRIPT_SCOPE);
    for (const [name, text] of withImports(project, `${path}.wxml`)) {
      const found = group.addTmpl(name.replace(/\.wxml$/, ''), text) ?? [];
      const worst = found.find((one) => one.isError || isStrayElse(one, text));
      if (worst) throw new Problem(sentence(worst, text), name, worst.startLine + 1);
      noteTemplate(text, (id, values) => note(id, { ...values, file: name }));
    }
    for (const [name, text] of withScripts(project, `${path}.wxml`)) group.addScript(name.replace(/\.wxs$/, ''), scriptText(text));
    const make = realm.evaluate(`(handle, isBuiltIn) => ${adapted(group.getTmplGenObjectGroups())}`, `${path}.wxml`);
    const groups = make(handle ?? ((caller, event, handler) => handler.call(caller, event)), builtIns());
    return { groupList: groups, content: groups[path], fallbackListenerOnNativeNode: true };
  } finally {
    group.free();
  }
}

/** What wxs has beside the language, and what it lacks. */
const SCRIPT_SCOPE = `
  var constructorOf = function (value) {
    return value === undefined || value === null ? undefined : Object.prototype.toString.call(value).slice(8, -1);
  };
  var getRegExp = function (pattern, flags) { return new RegExp(pattern, flags); };
  var getDate = function () { return arguments.length ? new Date(...arguments) : new Date(); };
  var wx, App, Page, Component, Behavior, getApp, getCurrentPages, global, setTimeout, setInterval;
  Q.C = handle;
`;

/** A script in which `x.constructor` is a text: `value.constructor === 'Array'` is how a script asks for a kind. */
function scriptText(text) {
  return text.replace(CONSTRUCTOR, 'constructorOf($1)');
}

/** The compiler's output, with calls of built-in methods giving nothing and `.wxs` left out of what is required. */
function adapted(code) {
  return code
    .replace("var P=function(a){return typeof a==='function'?a:()=>{}}", "var P=function(a){return typeof a==='function'&&!isBuiltIn(a)?a:()=>{}}")
    .replace("load(normalized.join('/'))", "load(normalized.join('/').replace(/\\.wxs$/, ''))");
}

/** A method of a text or list called in `{{ }}` gives undefined at WeChat, and would throw here: it has lost its receiver. */
function builtIns() {
  const native = /\{\s*\[native code\]\s*\}$/;
  const known = new WeakMap();
  return (called) => {
    if (!known.has(called)) known.set(called, native.test(Function.prototype.toString.call(called)));
    return known.get(called);
  };
}

/** The compiler drops `wx:else` without `wx:if` with a warning; at WeChat it is a mistake. */
function isStrayElse({ startLine, startColumn }, text) {
  return /^wx:el(?:se|if)/.test(text.split('\n')[startLine]?.slice(startColumn) ?? '');
}

function sentence(found, text) {
  return isStrayElse(found, text) ? 'wx:elif and wx:else follow an element with wx:if' : found.message;
}

/** Yields a file and all that it imports or includes, each once. */
function withImports(project, path, seen = new Map()) {
  if (seen.has(path)) return seen;
  const text = project.files.read(path);
  if (text === undefined) throw new Problem('a template names this file, which is not there', path);
  seen.set(path, text);
  for (const [, named] of text.matchAll(IMPORT)) withImports(project, resolve(path, named, '.wxml'), seen);
  return seen;
}

function withScripts(project, path) {
  const seen = new Map();
  const add = (from, named) => {
    const name = resolve(from, named, '.wxs');
    if (seen.has(name)) return;
    const text = project.files.read(name);
    if (text === undefined) throw new Problem(`there is no ${name}`, from);
    seen.set(name, text);
    for (const [, more] of text.matchAll(REQUIRED)) add(name, more);
  };
  for (const [name, text] of withImports(project, path)) {
    for (const [, named] of text.matchAll(SCRIPT)) add(name, named);
  }
  return seen;
}

function resolve(from, named, ending) {
  const path = join(folderOf(from), named) ?? named;
  return path.endsWith(ending) ? path : `${path}${ending}`;
}
