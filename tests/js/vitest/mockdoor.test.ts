// The same promises' kind under Vitest, in TypeScript, with `await using`.

import { afterAll, beforeAll, expect, test } from 'vitest';

import { startMockdoor, type Mockdoor } from '../../../emulator/js/mockdoor.mjs';

const SHOP = new URL('../programs/shop', import.meta.url).pathname;
let mock: Mockdoor;
beforeAll(async () => { mock = await startMockdoor(); });
afterAll(() => mock.stop());

test('a backend that is given the variables trades a code', async () => {
  const { WECHAT_API_BASE: base, WECHAT_APPID: appid = '', WECHAT_SECRET: secret = '' } = mock.env;
  const query = new URLSearchParams({ appid, secret, js_code: await mock.loginCode('alice'), grant_type: 'authorization_code' });

  const reply = await (await fetch(`${base}/sns/jscode2session?${query}`)).json();

  expect(Object.keys(reply).sort()).toEqual(['openid', 'session_key', 'unionid']);
  await mock.verify('wechat.code2session', { count: 1 });
});

test('await using ends what was started', async () => {
  let url = '';
  {
    await using other = await startMockdoor({ scenario: 'wechat-busy-once' });
    url = other.url;
  }

  await expect(fetch(url)).rejects.toThrow();
});

test('a mini program logs in at a tap', async () => {
  const app = await mock.miniProgram(SHOP, { persona: 'alice' });
  const page = await app.currentPage();

  await (await page.$('#login'))?.tap();

  expect(await page.data('code')).toMatch(/^\w{32}$/);
  expect(app.shown.toast).toBe('已登录');
});
