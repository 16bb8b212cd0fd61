// WXML as the component core renders it, compiled by WeChat's own compiler.

import { createRequire } from 'node:module';

import { Problem } from './problem.js';
import { folderOf, join } from './reader.js';
import { scriptText, withGlobals } from './wxs.js';

const require = createRequire(import.meta.url);
const IMPORT = /<(?:import|include)\s[^>]*\bsrc\s*=\s*["']([^"']+)["']/g;
const SCRIPT = /<wxs\s[^>]*\bsrc\s*=\s*["']([^"']+)["']/g;
const REQUIRED = /\brequire\(\s*["']([^"']+)["']\s*\)/g;

/**
 * @param {import('./project.js').Project} project
 * @param {import('./realm.js').Realm} realm
 * @returns {(path: string) => object | undefined} the compiled template of a page or component, undefined without one
 */
export function createTemplates(project, realm) {
  const compiled = new Map();
  return (path) => {
    if (!project.files.has(`${path}.wxml`)) return undefined;
    if (!compiled.has(path)) compiled.set(path, compileTemplate(project, realm, path));
    return compiled.get(path);
  };
}

function compileTemplate(project, realm, path) {
  const { TmplGroup, TmplParseErrorLevel } = require('glass-easel-template-compiler');
  const group = new TmplGroup();
  try {
    for (const [name, text] of withImports(project, `${path}.wxml`)) {
      const found = group.addTmpl(name.replace(/\.wxml$/, ''), text) ?? [];
      const worst = found.find((one) => one.level >= (TmplParseErrorLevel?.Error ?? 3));
      if (worst) throw new Problem(worst.message, name, (worst.startLine ?? worst.start_line ?? 0) + 1);
    }
    for (const [name, text] of withScripts(project, `${path}.wxml`)) group.addScript(name.replace(/\.wxs$/, ''), scriptText(text));
    const groups = realm.evaluate(withGlobals(group.getTmplGenObjectGroups()), `${path}.wxml`);
    return { groupList: groups, content: groups[path], fallbackListenerOnNativeNode: true };
  } finally {
    group.free();
  }
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
