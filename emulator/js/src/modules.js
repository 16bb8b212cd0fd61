// CommonJS as mini programs know it: one evaluation for each file, found by the rules of WeChat.

import { compile } from './compile.js';
import { readJsonIfThere } from './json.js';
import { Problem } from './problem.js';
import { alias, packageOf, upwards } from './project.js';
import { folderOf, join, normalize } from './reader.js';

/** A place in a stack: paths of a mini program are relative, all others begin with a slash, a letter of a drive or a scheme. */
const PLACE = /(?:^|[\s(])((?![a-z]+:)[\w@.-][^\s():]*\.(?:js|ts|wxs|wxml)):(\d+)/gm;

/**
 * @param {import('./project.js').Project} project
 * @param {import('./realm.js').Realm} realm where the code runs
 * @param {(id: string, values?: object) => void} note names a place where WeChat differs
 */
export function createModules(project, realm, note) {
  const cache = new Map();
  const enter = realm.enter ?? ((work) => work());

  function load(path) {
    const known = cache.get(path);
    if (known) return known.exports;
    const module = realm.evaluate('({ exports: {} })', 'module');
    cache.set(path, module);
    try {
      const run = realm.wrap(compile(project.files.read(path), path), path);
      enter(() => run.call(undefined, requireFrom(path), module, module.exports), path);
    } catch (error) {
      cache.delete(path);
      throw error;
    }
    return module.exports;
  }

  function requireFrom(from) {
    const required = (name, done, failed) => {
      if (typeof done !== 'function') return load(find(from, name));
      later(realm, () => load(find(from, name)), done, failed ?? (() => {}));
      return undefined;
    };
    required.async = (name) => new realm.global.Promise((resolve, reject) => {
      later(realm, () => load(find(from, name)), resolve, reject);
    });
    return required;
  }

  function find(from, name) {
    const path = findModule(project, from, String(name), note);
    if (path) return path;
    throw realm.error(`module '${name}' is not defined, required by '${from}'`);
  }

  return { load, requireFrom, loaded: () => [...cache.keys()] };
}

function later(realm, work, done, failed) {
  realm.global.setTimeout(() => {
    let result;
    try {
      result = work();
    } catch (error) {
      failed({ errMsg: error.message, mod: '' });
      return;
    }
    done(result);
  });
}

function findModule(project, from, name, note) {
  const named = alias(project.app.resolveAlias, name);
  if (named.startsWith('/')) {
    if (named === name) note('require-absolute', { name, from });
    return asFile(project, normalize(named));
  }
  const relative = join(folderOf(from), named);
  const own = relative === undefined ? undefined : asFile(project, relative);
  if (own || named.startsWith('.')) return own;
  for (const folder of upwards(folderOf(from))) {
    const built = asFile(project, join(folder, `miniprogram_npm/${named}`));
    if (built) return built;
    const installed = inNodeModules(project, join(folder, 'node_modules'), named);
    if (installed) {
      note('npm-not-built', { name });
      return installed;
    }
  }
  return undefined;
}

function asFile(project, path) {
  const tried = [path, `${path}.js`, `${path}.ts`, `${path}/index.js`, `${path}/index.ts`];
  return tried.find((one) => /\.(?:js|ts|cjs|mjs)$/.test(one) && project.files.has(one));
}

function inNodeModules(project, store, name) {
  const pack = packageOf(name);
  const about = readJsonIfThere(project.files, `${store}/${pack}/package.json`);
  if (name !== pack) {
    const inside = about.miniprogram ? `${store}/${pack}/${about.miniprogram}${name.slice(pack.length)}` : `${store}/${name}`;
    return asFile(project, normalize(inside));
  }
  const main = about.miniprogram ? `${about.miniprogram}/index` : about.main ?? 'index';
  return asFile(project, normalize(`${store}/${pack}/${main}`));
}

/** @returns {Problem} what a mistake in a mini program's code reads like, with the place of the code that made it */
export function codeProblem(error, path) {
  if (error instanceof Problem) return error;
  const [file, line] = placeOf(error) ?? [path];
  return new Problem(error?.message ?? String(error), file, line);
}

/** The first place of a stack inside the mini program's own files. */
function placeOf(error) {
  for (const [, file, line] of String(error?.stack ?? '').matchAll(PLACE)) {
    if (!file.startsWith('node:')) return [file, Number(line)];
  }
  return undefined;
}
