import assert from 'node:assert/strict';
import fs from 'node:fs';
import test from 'node:test';

import { NOTES, noteText } from '../src/notes.js';
import { page, start } from './helpers/program.mjs';

const SOURCES = new URL('../src/', import.meta.url);

test('every note that is made has its text in both languages, with the same values', () => {
  const code = fs.readdirSync(SOURCES, { recursive: true }).filter((name) => name.endsWith('.js')).map((name) => fs.readFileSync(new URL(name, SOURCES), 'utf8')).join('\n');
  const made = [...code.matchAll(/\bnote\('([\w-]+)'/g)].map(([, id]) => id);

  assert.deepEqual(made.filter((id) => !NOTES[id]), []);
  for (const { en, zh } of Object.values(NOTES)) {
    assert.deepEqual(new Set(zh.match(/\{\w+\}/g)), new Set(en.match(/\{\w+\}/g)));
  }
});

test('a note is a sentence with its values', () => {
  assert.equal(noteText({ id: 'global-absent', values: { name: 'window' } }), 'There is no window in a mini program.');
  assert.equal(noteText({ id: 'global-absent', values: { name: 'window' } }, 'zh'), '小程序里没有 window。');
});

for (const [what, script, note] of [
  ['a global of browsers', 'Page({ onLoad() { window.x = 1; } })', { id: 'global-absent', values: { name: 'window' } }],
  ['this in a callback', "Page({ onLoad() { wx.getStorage({ key: 'x', complete: function () { this.setData({}); } }); } })", { id: 'this-lost', values: {} }],
]) {
  test(`a pitfall stays one, with a note: ${what}`, async (t) => {
    const app = await start(t, page(script));

    assert.deepEqual([app.errors.length, app.notes], [1, [note]]);
  });
}

test('getApp() before App() is undefined, with a note', async (t) => {
  const app = await start(t, { ...page('Page({})'), 'app.js': "require('./u'); App({})", 'u.js': 'const app = getApp(); if (app) throw 1;' });

  assert.deepEqual(app.notes, [{ id: 'getapp-early', values: {} }]);
});

test('a query stays encoded, with a note', async (t) => {
  const app = await start(t, page('Page({ onLoad(query) { console.log(query.scene); } })'), { path: 'pages/a/a?scene=a%3D1' });

  assert.equal(app.output[0].text, 'a%3D1');
  assert.deepEqual(app.notes, [{ id: 'query-encoded', values: { page: 'pages/a/a', name: 'scene' } }]);
});

test('switchTab drops a query, with a note', async (t) => {
  const app = await start(t, {
    'app.json': { pages: ['pages/a/a', 'pages/b/b'], tabBar: { list: [{ pagePath: 'pages/a/a' }, { pagePath: 'pages/b/b' }] } },
    ...page('Page({})'), 'pages/b/b.js': 'Page({ onLoad(query) { console.log(JSON.stringify(query)); } })',
  });

  await app.open('/pages/b/b?x=1', 'switchTab');

  assert.equal(app.output[0].text, '{}');
  assert.deepEqual(app.notes.map(({ id }) => id), ['switchtab-query']);
});

test('success for a failed request is noted', { skip: !process.env.MOCKDOOR_URL && 'needs an emulator: MOCKDOOR_URL' }, async (t) => {
  const url = `${process.env.MOCKDOOR_URL}/_emulator/assets/nothing`;
  const app = await start(t, page(`Page({ onLoad() { wx.request({ url: ${JSON.stringify(url)}, success: ({ statusCode }) => console.log(statusCode) }); } })`));

  assert.equal(app.output[0].text, '404');
  assert.deepEqual(app.notes, [{ id: 'request-status', values: { url, status: 404 } }]);
});
