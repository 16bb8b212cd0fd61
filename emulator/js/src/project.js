// What a mini program's folder holds: its configuration, pages and components.

import { readJson, readJsonIfThere } from './json.js';
import { Problem } from './problem.js';
import { below, folderOf, join, normalize } from './reader.js';

/**
 * @typedef {object} Project
 * @property {import('./reader.js').Reader} files the mini program's own, from app.json on
 * @property {string} root where they lie in the folder that was given, empty at its top
 * @property {string} appid of project.config.json, empty without one
 * @property {object} app what app.json says
 * @property {string[]} pages every page, subpackages included; the first is home
 * @property {string[]} tabs the pages of the tab bar
 * @property {(path: string) => object} config the json of a page or component
 */

/** Where a mini program lies in projects whose configuration does not say so. */
const BUILT = ['', 'miniprogram', 'dist', 'dist/build/mp-weixin', 'dist/dev/mp-weixin'];

/** @returns {Project} what a folder holds; throws Problem when that is no mini program */
export function readProject(reader) {
  const settings = { ...readJsonIfThere(reader, 'project.config.json'), ...readJsonIfThere(reader, 'project.private.config.json') };
  const root = normalize(settings.miniprogramRoot ?? '') ?? '';
  const candidates = [root, ...BUILT].filter((one) => reader.has(one ? `${one}/app.json` : 'app.json'));
  if (!candidates.length) {
    const where = root ? `${root}/app.json` : 'app.json';
    throw new Problem(`there is no ${where}; choose the folder with app.json or with project.config.json`);
  }
  const files = below(reader, candidates[0]);
  const app = readJson(files, 'app.json');
  const pages = pagesOf(app);
  const configs = new Map();
  const config = (path) => {
    if (!configs.has(path)) configs.set(path, readJsonIfThere(files, `${path}.json`));
    return configs.get(path);
  };
  return {
    files,
    root: candidates[0],
    appid: settings.appid ?? '',
    app,
    pages,
    tabs: (app.tabBar?.list ?? []).map((tab) => normalize(tab.pagePath)),
    config,
  };
}

function pagesOf(app) {
  if (!Array.isArray(app.pages) || !app.pages.length) throw new Problem('`pages` has to name at least one page', 'app.json');
  const packages = app.subPackages ?? app.subpackages ?? [];
  const more = packages.flatMap((one) => (one.pages ?? []).map((page) => `${one.root}/${page}`));
  const odd = [...app.pages, ...more].find((page) => typeof page !== 'string');
  if (odd !== undefined) throw new Problem(`\`pages\` holds ${JSON.stringify(odd)}, which is not a path`, 'app.json');
  const pages = [...new Set([...app.pages, ...more].map((page) => normalize(page)))];
  const entry = app.entryPagePath && normalize(app.entryPagePath);
  return entry ? [entry, ...pages.filter((page) => page !== entry)] : pages;
}

/** @returns {string | undefined} where a component lies that a file's json names; undefined when there is none */
export function findComponent(project, from, name) {
  if (name.startsWith('plugin://') || name.startsWith('plugin-private://')) return undefined;
  const there = (path) => [path, `${path}/index`].find((one) => one && isComponent(project, one));
  const aliased = alias(project.app.resolveAlias, name);
  if (aliased.startsWith('/')) return there(normalize(aliased));
  const folder = folderOf(from);
  const own = join(folder, aliased);
  const found = own === undefined ? undefined : there(own);
  if (found || aliased.startsWith('.')) return found;
  for (const base of upwards(folder)) {
    for (const store of ['miniprogram_npm', 'node_modules']) {
      const inside = there(join(base, `${store}/${aliased}`)) ?? inPackage(project, join(base, store), aliased, there);
      if (inside) return inside;
    }
  }
  return undefined;
}

/** @returns {string} a path with the alias of app.json that it begins with resolved */
export function alias(aliases, path) {
  for (const [pattern, target] of Object.entries(aliases ?? {})) {
    const start = pattern.replace(/\*$/, '');
    if (path.startsWith(start)) return target.replace(/\*$/, '') + path.slice(start.length);
  }
  return path;
}

/** @returns {string[]} a folder and those above it, the top last */
export function upwards(folder) {
  const found = [];
  for (let one = folder; ; one = folderOf(one)) {
    found.push(one);
    if (!one) return found;
  }
}

/** @returns {string} the name of an npm package at the beginning of a path, with its scope */
export function packageOf(path) {
  return path.split('/').slice(0, path.startsWith('@') ? 2 : 1).join('/');
}

function isComponent(project, path) {
  return project.files.has(`${path}.json`) && (project.files.has(`${path}.js`) || project.files.has(`${path}.ts`) || project.files.has(`${path}.wxml`));
}

function inPackage(project, store, path, there) {
  const name = packageOf(path);
  const about = readJsonIfThere(project.files, `${store}/${name}/package.json`);
  const folder = about.miniprogram ?? 'miniprogram_dist';
  return there(normalize(`${store}/${name}/${folder}${path.slice(name.length)}`));
}
