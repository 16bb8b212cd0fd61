import assert from 'node:assert/strict';
import test from 'node:test';

import { page, printed, start } from './helpers/program.mjs';

const LIMIT = { longest: 200 };
const STOPPED = (where) => `${where} ran for 0.2 s and was stopped; is there an endless loop?`;
const said = ({ errors }) => errors.map(({ message }) => message);

for (const [where, loop] of [['a loop', 'while (true) {}'], ['promises without end', '(async () => { for (;;) await null; })()']]) {
  test(`${where} in a tap is stopped, and what comes after goes on`, async (t) => {
    const app = await start(t, page(`Page({ spin() { ${loop} }, fine() { this.setData({ ok: 'fine' }); } })`, '<view bindtap="spin">spin</view><view bindtap="fine">tap</view>{{ok}}'), LIMIT);

    await app.tap(app.findText('spin'));
    await app.tap(app.findText('tap'));

    assert.deepEqual(said(app), [STOPPED('pages/a/a tap on <view>')]);
    assert.match(app.text, /fine/);
  });
}

test('a loop in a timer and in a callback of wx is stopped', async (t) => {
  const app = await start(t, page("Page({ onLoad() { setTimeout(() => { while (true) {} }); wx.getStorage({ key: 'x', fail() { while (true) {} } }); } })"), LIMIT);

  assert.deepEqual(said(app).sort(), [STOPPED('a callback of setTimeout'), STOPPED('fail of wx.getStorage')].sort());
});

test('a loop while a file is evaluated or a page loads ends the start, with its place', async (t) => {
  const files = { ...page('Page({})'), 'app.js': "require('./u')", 'u.js': '\nwhile (true) {}' };

  await assert.rejects(start(t, files, LIMIT), { message: `u.js:2: ${STOPPED('u.js')}` });
});

test('a loop while a page loads is an error with its place', async (t) => {
  const app = await start(t, page('Page({ onLoad() {\n for (;;); } })', 'drawn'), LIMIT);

  assert.deepEqual(app.errors.map(({ message, file, line }) => [message, file, line]), [[STOPPED('pages/a/a onLoad'), 'pages/a/a.js', 2]]);
  assert.equal(app.text, 'drawn');
});

test('loops that are guarded do what they did', async (t) => {
  const app = await start(t, page(`Page({ onLoad() {
    const out = [];
    for (let i = 0, f = (x) => { ; return x; }; i < 2; i += 1) out.push(f(i));
    let n = 0; do n += 1; while (n < 3, n < 2);
    while (n < 4) n++;
    for (const x of [7]) out.push(x); for (var k in { y: 1 }) out.push(k);
    outer: for (;;) { for (;; n++) break outer; }
    console.log(out.join(), n, /while (a)/.source, \`for (;;) \${(() => { while (false); return 1; })()}\`);
  } })`));

  assert.deepEqual(printed(app), ['0,1,7,y 4 while (a) for (;;) 1']);
});

test('code without a loop that does not end is stopped too', async (t) => {
  const app = await start(t, page("Page({ spin() { /(a+)+$/.test('a'.repeat(60) + 'b'); } })", '<view bindtap="spin">tap</view>'), LIMIT);

  await app.tap(app.findText('tap'));

  assert.deepEqual(said(app), [STOPPED('pages/a/a tap on <view>')]);
});

test('a page whose code throws keeps no other from being opened', async (t) => {
  const app = await start(t, { ...page('Page({})', 'a'), 'pages/b/b.js': '\nnull.x', 'pages/c/c.js': 'Page({})', 'pages/c/c.wxml': 'c' });

  await app.open('/pages/c/c');
  await assert.rejects(app.open('/pages/b/b'), /pages\/b\/b\.js:2: /);

  assert.equal(app.text, 'c');
  assert.deepEqual(app.errors.map(({ file, line }) => [file, line]), [['pages/b/b.js', 2]]);
});

test('a page without a script, or without Page(), is named', async (t) => {
  await assert.rejects(start(t, { 'app.json': { pages: ['pages/a/a'] }, 'pages/a/a.wxml': '' }), { message: 'app.json: a page or component has a script; there is no pages/a/a.js' });
  await assert.rejects(start(t, page('console.log(1)')), { message: 'pages/a/a.js: this file calls neither Page() nor Component()' });
});

test('a first page that is not there is named, with those that are', async (t) => {
  await assert.rejects(start(t, page('Page({})'), { path: 'pages/x/x' }), { message: 'app.json: there is no page pages/x/x; pages: pages/a/a' });
});

test('App() twice, and Page() in app.js, are refused in words', async (t) => {
  await assert.rejects(start(t, { ...page('Page({})'), 'app.js': 'App({});\nApp({});' }), { message: 'app.js:2: App() was called twice; app.js calls it once' });
  await assert.rejects(start(t, { ...page('Page({})'), 'app.js': 'Page({})' }), /app\.js:1: Page\(\) and Component\(\) are called while a page or component is loaded/);
});

test('a cyclic value in setData is an error of the page, which goes on', async (t) => {
  const app = await start(t, page('Page({ onLoad() { const o = {}; o.o = o; this.setData({ o }); }, onShow() { console.log("shown"); } })'));

  assert.deepEqual(said(app), ['Maximum call stack size exceeded']);
  assert.deepEqual(printed(app), ['shown']);
});

test('a thousand items are drawn, changed and tapped', async (t) => {
  const app = await start(t, page(`Page({
    onLoad() { this.setData({ list: Array.from({ length: 1000 }, (_, n) => ({ id: n, n })) }); },
    hit(e) { const { id } = e.currentTarget.dataset; this.setData({ ['list[' + id + '].n']: 'hit' }); },
  })`, '<view wx:for="{{list}}" wx:key="id" class="row" data-id="{{item.id}}" bindtap="hit">row {{item.n}}</view>'));

  await app.tap(app.findText('row 999'));

  assert.equal(app.find('.row').length, 1000);
  assert.ok(app.findText('row hit'));
});

test('nothing of a closed mini program runs on', async (t) => {
  const heard = [];
  const app = await start(t, page('Page({ onLoad() { setInterval(() => console.log("tick")); setTimeout(() => console.log("late")); } })'));

  app.close();
  app.output.length = 0;
  await new Promise((resolve) => { setTimeout(resolve, 5); });

  assert.deepEqual([...printed(app), ...heard], []);
});
