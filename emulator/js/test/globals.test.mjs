import assert from 'node:assert/strict';
import test from 'node:test';

import { page, printed, start } from './helpers/program.mjs';

const PAGE = page('Page({})');

async function runApp(t, script, files = {}) {
  return printed(await start(t, { ...PAGE, ...files, 'app.js': script }));
}

const PRESENT = 'App Page Component Behavior getApp getCurrentPages requirePlugin requireMiniProgram wx console setTimeout setInterval clearTimeout clearInterval global Promise Proxy';
const ABSENT = 'window document navigator location process Buffer fetch XMLHttpRequest localStorage FormData URL URLSearchParams atob btoa TextEncoder requestAnimationFrame crypto structuredClone queueMicrotask WebAssembly';

test('a mini program has the globals of WeChat', async (t) => {
  const words = await runApp(t, `console.log(${JSON.stringify(PRESENT.split(' '))}.filter((name) => typeof globalThis[name] === 'undefined').join())`);

  assert.deepEqual(words, ['']);
});

test("a mini program has none of Node's or a browser's globals", async (t) => {
  const words = await runApp(t, `console.log(${JSON.stringify(ABSENT.split(' '))}.filter((name) => typeof globalThis[name] !== 'undefined').join())`);

  assert.deepEqual(words, ['']);
});

test('eval and new Function do nothing, but for the idiom that finds the global object', async (t) => {
  const words = await runApp(t, `console.log(typeof eval, new Function('return 1')(), new Function('return this')() === globalThis)`);

  assert.deepEqual(words, ['undefined undefined true']);
});

test('a framework may replace Page and Component', async (t) => {
  const app = await start(t, {
    ...page("Page({ data: { n: 1 } })", '{{n}}{{more}}'),
    'app.js': 'const real = Page; Page = function (definition) { return real({ ...definition, data: { ...definition.data, more: 2 } }); }',
  });

  assert.equal(app.text, '12');
});

test('global is an object of its own that modules share', async (t) => {
  const words = await runApp(t, "global.isDemo = true; require('./u'); console.log(typeof isDemo)", { 'u.js': 'console.log(global.isDemo)' });

  assert.deepEqual(words, ['true', 'undefined']);
});

test('wx is a plain object that can be enumerated and extended', async (t) => {
  const words = await runApp(t, `
    wx.http = () => 1;
    const names = Object.keys(wx);
    console.log(names.includes('login'), names.includes('http'), wx.hasOwnProperty('request'), typeof wx.webpackJsonp);
    var kept = wx; if (typeof wx === 'undefined') var other = 1; console.log(kept === wx);
  `);

  assert.deepEqual(words, ['true true true undefined', 'true']);
});

test('app.js comes first, then every page, then onLaunch', async (t) => {
  const words = printed(await start(t, {
    'app.json': { pages: ['pages/a/a', 'pages/b/b'] },
    'app.js': "require('./u'); App({ onLaunch() { console.log('launch', getCurrentPages().length); }, onShow() { console.log('show'); } })",
    'u.js': "console.log('u', typeof getApp())",
    'pages/a/a.js': "console.log('a', typeof getApp()); Page({ onLoad() { console.log('load'); } })",
    'pages/b/b.js': "console.log('b'); Page({})",
  }));

  assert.deepEqual(words, ['u undefined', 'a object', 'b', 'launch 0', 'show', 'load']);
});

test('with lazyCodeLoading only the page that is opened is evaluated', async (t) => {
  const words = printed(await start(t, {
    'app.json': { pages: ['pages/a/a', 'pages/b/b'], lazyCodeLoading: 'requiredComponents' },
    'pages/a/a.js': "console.log('a'); Page({})",
    'pages/b/b.js': "console.log('b'); Page({})",
  }));

  assert.deepEqual(words, ['a']);
});

test('an api that is not played fails in words, is named once, and stops nothing', async (t) => {
  const app = await start(t, page(`Page({ onLoad() {
    for (const n of [1, 2]) wx.scanCode({ fail: ({ errMsg }) => this.setData({ n, errMsg }) });
    wx.onLocationChange(() => {});
    wx.createAnimation().opacity(1).step();
    wx.getExtConfigSync().anything;
  } })`, '{{n}} {{errMsg}}'));

  assert.equal(app.text, '2 scanCode:fail not played by mockdoor');
  assert.deepEqual(app.errors, []);
  assert.deepEqual(app.notes.map(({ values }) => values.name), ['wx.scanCode', 'wx.onLocationChange', 'wx.createAnimation', 'wx.getExtConfigSync']);
});

test('what would only change the looks succeeds', async (t) => {
  const words = await runApp(t, "wx.setNavigationBarTitle({ title: 'x' }).then(({ errMsg }) => console.log(errMsg))");

  assert.deepEqual(words, ['setNavigationBarTitle:ok']);
});

test('errors of wx calls are errors of the realm', async (t) => {
  const words = await runApp(t, "wx.getStorage({ key: 'gone' }).catch((error) => console.log(error instanceof Error, error.errMsg))");

  assert.deepEqual(words, ['true getStorage:fail data not found']);
});
