import assert from 'node:assert/strict';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import test from 'node:test';

import { folderReader } from '../src/folder-reader.js';
import { readProject } from '../src/project.js';
import { memoryReader } from '../src/reader.js';
import { printed, start } from './helpers/program.mjs';

const read = (files) => readProject(memoryReader(Object.fromEntries(
  Object.entries(files).map(([name, text]) => [name, typeof text === 'string' ? text : JSON.stringify(text)]))));
const APP = { pages: ['pages/a/a'] };

test('miniprogramRoot says where the mini program lies', () => {
  const { root, appid } = read({ 'project.config.json': { miniprogramRoot: './mini/', appid: 'wx1' }, 'mini/app.json': APP, 'app.json': { pages: ['x'] } });

  assert.deepEqual([root, appid], ['mini', 'wx1']);
});

test('the private configuration wins', () => {
  const { appid, root } = read({ 'project.config.json': { appid: 'wx1' }, 'project.private.config.json': { appid: 'wx2', miniprogramRoot: 'src' }, 'src/app.json': APP });

  assert.deepEqual([root, appid], ['src', 'wx2']);
});

for (const [what, files, root] of [
  ['a folder with app.json', { 'app.json': APP }, ''],
  ['the root of a Taro project', { 'project.config.json': { miniprogramRoot: 'dist/' }, 'dist/app.json': APP }, 'dist'],
  ['what Taro has built', { 'project.config.json': { miniprogramRoot: './' }, 'app.json': APP }, ''],
  ['the root of a uni-app project', { 'package.json': {}, 'dist/build/mp-weixin/app.json': APP }, 'dist/build/mp-weixin'],
  ['what uni-app is building', { 'dist/dev/mp-weixin/app.json': APP }, 'dist/dev/mp-weixin'],
]) {
  test(`a mini program is found in ${what}`, () => {
    assert.equal(read(files).root, root);
  });
}

for (const key of ['subPackages', 'subpackages']) {
  test(`pages of ${key} follow those of the main package`, () => {
    const { pages } = read({ 'app.json': { ...APP, [key]: [{ root: 'shop/', pages: ['list', '/cart/cart'] }] } });

    assert.deepEqual(pages, ['pages/a/a', 'shop/list', 'shop/cart/cart']);
  });
}

test('entryPagePath is home', () => {
  assert.deepEqual(read({ 'app.json': { pages: ['a', 'b'], entryPagePath: 'b' } }).pages, ['b', 'a']);
});

for (const [what, files, message] of [
  ['no app.json', { 'index.html': '' }, 'there is no app.json; choose the folder with app.json or with project.config.json'],
  ['no app.json where the configuration points', { 'project.config.json': { miniprogramRoot: 'mini' } }, 'there is no mini/app.json; choose the folder with app.json or with project.config.json'],
  ['no pages', { 'app.json': {} }, 'app.json: `pages` has to name at least one page'],
  ['wrong JSON', { 'app.json': '{\n  // fine\n  "pages": [,]\n}' }, 'app.json:3: this is not JSON: value expected'],
  ['a list', { 'app.json': '[]' }, 'app.json:1: expected an object, in braces'],
  ['a page that is no text', { 'app.json': { pages: [1] } }, 'app.json: `pages` holds 1, which is not a path'],
  ['a page.json with a mistake', { 'app.json': APP, 'pages/a/a.json': '{' , 'pages/a/a.js': 'Page({})' }, 'pages/a/a.json:1: this is not JSON: close brace expected'],
]) {
  test(`a folder is refused in words: ${what}`, () => {
    assert.throws(() => read(files).config('pages/a/a'), { message });
  });
}

test('JSON may hold comments and a comma too many', () => {
  assert.deepEqual(read({ 'app.json': '{ /* one */ "pages": ["a",], // two\n}' }).pages, ['a']);
});

test('a component is looked for beside, then in miniprogram_npm upwards', async (t) => {
  const component = (name, text) => ({ [`${name}.js`]: 'Component({})', [`${name}.json`]: { component: true }, [`${name}.wxml`]: text });
  const app = await start(t, {
    'pages/a/a.js': 'Page({})',
    'pages/a/a.json': { usingComponents: { one: './one', two: 'two', three: 'kit/three', four: '/four' } },
    'pages/a/a.wxml': '<one/><two/><three/><four/>',
    ...component('pages/a/one', 'one'), ...component('pages/a/two/index', 'two'),
    ...component('miniprogram_npm/kit/three/index', 'three'), ...component('four', 'four'),
  });

  assert.equal(app.text, 'one\ntwo\nthree\nfour');
});

test('pages of a subpackage are opened, and files of folders read without their byte order mark', async (t) => {
  const folder = fs.mkdtempSync(path.join(os.tmpdir(), 'mockdoor-'));
  t.after(() => fs.rmSync(folder, { recursive: true }));
  fs.writeFileSync(path.join(folder, 'app.json'), '\uFEFF{"pages":["a"]}');

  const project = readProject(folderReader(folder));

  assert.deepEqual(project.pages, ['a']);
});

test('typescript is read where there is no javascript', async (t) => {
  const app = await start(t, { 'app.json': { pages: ['a'] }, 'a.ts': 'const n: number = 1;\nPage({ onLoad() { console.log(n as any); } })', 'a.wxml': '' });

  assert.deepEqual(printed(app), ['1']);
});
