// Promises about mini programs under the names of miniprogram-automator, against a real command as in mockdoor.test.mjs.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import { after, before, beforeEach, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { startMockdoor } from '../mockdoor.mjs';

const SHOP = fileURLToPath(new URL('../../../tests/js/programs/shop', import.meta.url));
const COMMAND = process.env.MOCKDOOR_COMMAND ?? 'mockdoor';
const WORDS = COMMAND.startsWith('[') ? JSON.parse(COMMAND) : COMMAND.split(' ');
const skip = missing();
delete process.env.MOCKDOOR_URL;

/** Why nothing can be run here, false where it can. */
function missing() {
  if (spawnSync(WORDS[0], [...WORDS.slice(1), '--version']).status !== 0) {
    return `no command ${WORDS.join(' ')}; set MOCKDOOR_COMMAND, such as "python -m emulator"`;
  }
  const installed = fs.existsSync(new URL('../node_modules/glass-easel', import.meta.url));
  return installed ? false : 'the dependencies are missing; run: npm ci --prefix emulator/js';
}

/** Run a program beside a mini program to its end; its exit status. */
function run(code) {
  const module = JSON.stringify(new URL('../mockdoor.mjs', import.meta.url).href);
  const text = `import { startMockdoor } from ${module}; const mock = await startMockdoor();
    const app = await mock.miniProgram(${JSON.stringify(SHOP)}); ${code}`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', text], { env: { ...process.env, MOCKDOOR_URL: mock.url }, stdio: 'inherit' });
  return new Promise((resolve) => { child.on('close', resolve); });
}

let mock;
let app;
let page;
before(async () => { if (!skip) mock = await startMockdoor(); });
after(async () => { if (!skip) await mock.stop(); });
beforeEach(async () => {
  if (skip) return;
  await app?.close();
  app = await mock.miniProgram(SHOP, { persona: 'bob' });
  page = await app.currentPage();
});

test('a tap logs in as the persona, with a code that a backend can trade', { skip }, async () => {
  await (await page.$('#login')).tap();

  const { WECHAT_APPID: appid, WECHAT_SECRET: secret } = mock.env;
  const query = new URLSearchParams({ appid, secret, js_code: await page.data('code'), grant_type: 'authorization_code' });
  const { openid } = await (await fetch(`${mock.url}/sns/jscode2session?${query}`)).json();
  const [exchange] = (await mock.journal({ operation: 'wechat.code2session' })).slice(-1);
  assert.deepEqual([typeof openid, exchange.persona, app.shown.toast, app.errors], ['string', 'bob', '已登录', []]);
});

test('an open-type button is allowed, and refused', { skip }, async () => {
  const button = await page.$('.phone');

  await button.tap();
  const allowed = await page.data();
  await button.tap({ allow: false });
  const refused = await page.data();

  assert.match(allowed.phoneCode, /^\w+$/);
  assert.deepEqual([refused.phoneCode, refused.refused], ['', 'getPhoneNumber:fail user deny']);
});

test('what is typed is in the field and on the page', { skip }, async () => {
  const field = await page.$('input');

  await field.input('小明');

  assert.deepEqual([await field.value(), await (await page.$('.nickname')).text()], ['小明', '小明']);
});

test('elements are found, counted, and null where there are none', { skip }, async () => {
  const card = await page.$('.card');

  assert.deepEqual([await page.$('#nothing'), (await page.$$('button')).length, (await card.$$('button')).length], [null, 2, 2]);
  assert.equal((await card.$('button')).tagName, 'button');
});

test('attributes are texts, null where there are none', { skip }, async () => {
  await page.setData({ code: 'x' });
  const code = await page.$('.code');
  const field = await page.$('input');

  const seen = [await code.attribute('class'), await code.attribute('data-kind'), await field.attribute('placeholder'), await field.attribute('nix')];

  assert.deepEqual([seen, await code.text()], [['code', 'login', '昵称', null], 'code x']);
});

test('data is read by paths, and equal to plain values', { skip }, async () => {
  assert.deepEqual(await page.data('user'), { phones: ['1', '2'] });
  assert.deepEqual([await page.data('user.phones[1]'), await page.data('nobody.phones')], ['2', undefined]);
});

test('a method is called with its arguments, and what comes later is waited for', { skip }, async () => {
  const result = await page.callMethod('later', 10);
  await page.waitFor('.code');
  await page.waitFor(async () => (await page.data('code')) === 'late');

  assert.deepEqual([result, await page.data('code')], [{ waits: 10 }, 'late']);
  await assert.rejects(page.callMethod('latter'), { message: 'pages/login/login has no method latter' });
});

test('a component is asked for its data and called', { skip }, async () => {
  const badge = await page.$('badge');

  const seen = await badge.callMethod('look');

  assert.deepEqual([seen, await badge.data('seen'), await badge.attribute('label')], [2, 2, '新']);
});

test('pages are opened by urls and by taps, and left', { skip }, async () => {
  const tapped = await page.$('navigator').then((one) => one.tap()).then(() => app.currentPage());
  const stack = (await app.pageStack()).map((one) => one.path);
  const back = await app.navigateBack();
  const launched = await app.reLaunch('/pages/me/me?from=test');

  assert.deepEqual([tapped.path, tapped.query], ['pages/me/me', { from: 'login' }]);
  assert.deepEqual([stack, back], [['pages/login/login', 'pages/me/me'], page]);
  assert.deepEqual([launched.path, await launched.text(), (await app.pageStack()).length], ['pages/me/me', 'from test', 1]);
});

test('a page that does not exist is refused as WeChat does', { skip }, async () => {
  await assert.rejects(app.navigateTo('/pages/nix/nix'), { message: 'navigateTo:fail page "pages/nix/nix" is not found' });
});

test('a method of wx is played by the test until it is restored', { skip }, async () => {
  await app.mockWxMethod('login', { code: 'mine', errMsg: 'login:ok' });
  await (await page.$('#login')).tap();
  const played = await page.data('code');
  await app.restoreWxMethod('login');
  await (await page.$('#login')).tap();

  assert.equal(played, 'mine');
  assert.match(await page.data('code'), /^\w{32}$/);
});

test('a method of wx is called from the test', { skip }, async () => {
  const { code, errMsg } = await app.callWxMethod('login');

  assert.deepEqual([code.length, errMsg], [32, 'login:ok']);
});

test('a folder that does not exist is named', { skip }, async () => {
  await assert.rejects(mock.miniProgram('./nowhere'), { message: './nowhere: there is no such folder' });
});

test('a mini program with an interval does not keep a test that forgets to stop from ending', { skip, timeout: 30_000 }, async () => {
  assert.equal(await run("await app.navigateTo('/pages/me/me');"), 0);
});

test('stopping ends the timers of a mini program', { skip, timeout: 30_000 }, async () => {
  assert.equal(await run("await (await app.currentPage()).callMethod('later', 3_600_000); await mock.stop();"), 0);
});
