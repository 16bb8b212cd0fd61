// Starts small mini programs for tests, from files in memory.
//
// The `wx` is the emulator's own: fetched from it where MOCKDOOR_URL names one, else put together from its sources, for
// the tests whose mini programs send nothing.

import fs from 'node:fs';

import { startMiniProgram } from '../../src/mini-program.js';
import { memoryReader } from '../../src/reader.js';

const NOWHERE = 'http://127.0.0.1:9';
const CONSOLE = new URL('../../../web/console/', import.meta.url);

let found;

/** @returns {Promise<{createWx: Function, tapButton: Function}>} what wx.js exports */
export async function played() {
  found ??= evaluated(process.env.MOCKDOOR_URL ? await fetched() : assembled());
  return found;
}

async function fetched() {
  return (await fetch(`${process.env.MOCKDOOR_URL}/_emulator/wx.js`)).text();
}

function assembled() {
  const sources = /_WX_SOURCES = \(([^)]*)\)/.exec(read('__init__.py'))[1].match(/[\w]+\.js/g);
  return read('wx/script.js').replace(/^ *\/\/ SOURCES.*$/m, () => sources.map((name) => read(`wx/${name}`)).join('\n'));
}

function read(name) {
  return fs.readFileSync(new URL(name, CONSOLE), 'utf8');
}

function evaluated(text) {
  const module = { exports: {} };
  new Function('module', text)(module);
  return module.exports;
}

/**
 * Start a mini program; it is closed at the end of the test.
 *
 * @param {import('node:test').TestContext} test
 * @param {object} files texts by their paths, or objects for JSON; app.json names the pages where it is left out
 * @param {object} [options] see startMiniProgram
 */
export async function start(test, files, options = {}) {
  const texts = complete(files);
  const app = await startMiniProgram({
    files: memoryReader(texts), played: await played(), base: process.env.MOCKDOOR_URL ?? NOWHERE, ...options,
  });
  test.after(() => app.close());
  return app;
}

/** @returns {object} files with an app.json and with the scripts that pages need */
export function complete(files) {
  const texts = Object.fromEntries(Object.entries(files).map(([path, text]) => (
    [path, typeof text === 'string' ? text : JSON.stringify(text)])));
  const pages = Object.keys(texts).filter((path) => /^pages\/.*\.js$/.test(path)).map((path) => path.slice(0, -3));
  texts['app.json'] ??= JSON.stringify({ pages });
  return texts;
}

/** @returns {object} the files of one page */
export function page(script, wxml = '', json = {}) {
  return { 'pages/a/a.js': script, 'pages/a/a.wxml': wxml, 'pages/a/a.json': json };
}

/** @returns {string[]} what the mini program printed */
export function printed(app) {
  return app.output.map(({ text }) => text);
}
