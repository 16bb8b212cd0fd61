import assert from 'node:assert/strict';
import test from 'node:test';

import { page, printed, start } from './helpers/program.mjs';

const run = async (t, body, options) => printed(await start(t, page(`Page({ async onLoad() { ${body} } })`), options));

test('what wx answers is plain to the mini program', async (t) => {
  const words = await run(t, "const info = await wx.getNetworkType(); console.log(info.constructor === Object, wx.getSystemInfoSync() instanceof Object)");

  assert.deepEqual(words, ['true true']);
});

test('a promise of wx is a Promise of the mini program', async (t) => {
  const words = await run(t, 'const asked = wx.getNetworkType(); console.log(asked instanceof Promise); asked.finally(wx.hideLoading).then(() => console.log("done"))');

  assert.deepEqual(words, ['true', 'done']);
});

test('a callback never runs inside the call', async (t) => {
  const words = await run(t, "wx.setStorage({ key: 'a', data: 1, success: () => console.log('callback') }); console.log('after')");

  assert.deepEqual(words, ['after', 'callback']);
});

test('what is stored comes back as it was', async (t) => {
  const words = await run(t, "wx.setStorageSync('a', { list: [1] }); const found = wx.getStorageSync('a'); console.log(JSON.stringify(found), Array.isArray(found.list))");

  assert.deepEqual(words, ['{"list":[1]} true']);
});

test('a listener that was added can be taken away', async (t) => {
  const app = await start(t, page('Page({ onLoad() { this.heard = () => console.log("theme"); wx.onNetworkStatusChange?.(this.heard); wx.offNetworkStatusChange?.(this.heard); } })'));

  assert.deepEqual(app.errors, []);
});

test('this is undefined in a callback of wx', async (t) => {
  const words = await run(t, "wx.getNetworkType({ success: function () { console.log(typeof this); } })");

  assert.deepEqual(words, ['undefined']);
});

test('a test may put another function in the place of one of wx', async (t) => {
  const app = await start(t, page('Page({ ask() { wx.login({ success: ({ code }) => console.log(code) }); } })', '<view bindtap="ask">tap</view>'));
  app.wx.login = ({ success }) => success({ code: 'mine' });

  await app.tap(app.findText('tap'));

  assert.deepEqual(printed(app), ['mine']);
});

test('storage that is full, and a key that is missing, fail as errors of the mini program', async (t) => {
  const words = await run(t, "try { wx.setStorageSync('a', 'x'.repeat(2 * 1024 * 1024)); } catch (error) { console.log(error instanceof Error); } console.log(JSON.stringify(wx.getStorageSync('gone')))");

  assert.deepEqual(words, ['true', '""']);
});
