// Two mini programs as they are written by hand: the shape of Casdoor's example, and a shop of pages and components.

import assert from 'node:assert/strict';
import test from 'node:test';

import { startOwn } from './programs.mjs';

const skip = process.env.MOCKDOOR_URL ? false : 'MOCKDOOR_URL names no emulator; run them by pytest tests/programs';

test("the example's shape logs in at Casdoor and shows the user", { skip }, async (t) => {
  const app = await startOwn(t, 'example');

  await app.tap(app.findText('微信登录'));

  assert.equal(app.page.path, 'pages/userinfo/userinfo');
  assert.match(app.text, /^user .+/);
  assert.ok(app.wx.getStorageSync('accessToken'));
  assert.deepEqual([app.shown.loading, app.errors], [null, []]);
});

test("the example's shape shows why Casdoor refused", { skip }, async (t) => {
  const app = await startOwn(t, 'example');
  app.app.instance.globalData.clientId = 'nobody';

  await app.tap(app.findText('微信登录'));

  assert.equal(app.page.path, 'pages/index/index');
  assert.match(app.text, /微信登录\n?.*client_id/);
});

test('the shop wants an agreement before it asks for the phone number', { skip }, async (t) => {
  const app = await startOwn(t, 'shop');

  await app.tap(app.findText('手机号登录'));

  assert.equal(app.page.path, 'pages/login/login');
  assert.equal(app.app.instance.globalData.phoneCode, '');
});

test('the shop logs in with a phone number, and saves an avatar and a nickname', { skip }, async (t) => {
  const app = await startOwn(t, 'shop');
  await app.tap(app.findText('同意用户协议'));
  await app.tap(app.findText('手机号登录'));
  await app.tap(app.find('.avatar')[0]);
  await app.input(app.find('input')[0], '小明');

  await app.tap(app.findText('保存'));

  assert.match(app.wx.getStorageSync('openid'), /^o/);
  assert.match(app.text, /已保存 小明/);
  assert.match(app.page.instance.data.saved.avatar, /tmp/);
  assert.deepEqual(app.errors, []);
});

test('the shop stays where it is when its user gives no number', { skip }, async (t) => {
  const app = await startOwn(t, 'shop');
  await app.tap(app.findText('同意用户协议'));

  await app.tap(app.findText('手机号登录'), { allow: false });

  assert.equal(app.page.path, 'pages/login/login');
  assert.match(app.text, /getPhoneNumber:fail user deny/);
});
