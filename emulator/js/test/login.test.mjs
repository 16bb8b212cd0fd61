import assert from 'node:assert/strict';
import test from 'node:test';

import { page, start } from './helpers/program.mjs';

const BASE = process.env.MOCKDOOR_URL;
const skip = !BASE && 'needs an emulator: MOCKDOOR_URL';
const EXCHANGE = `${BASE}/sns/jscode2session?appid=wx0123456789abcdef&secret=0123456789abcdef0123456789abcdef&grant_type=authorization_code&js_code=`;

test('a code of wx.login is exchanged once', { skip }, async (t) => {
  const app = await start(t, page(`Page({
    login() {
      wx.login({ success: ({ code }) => {
        const exchange = () => new Promise((success) => wx.request({ url: ${JSON.stringify(EXCHANGE)} + code, success }));
        exchange().then(({ data }) => exchange().then((again) => this.setData({ openid: data.openid, again: again.data.errcode })));
      } });
    },
  })`, '<button bindtap="login">Sign in</button>{{openid}} {{again}}'), { persona: 'alice' });

  await app.tap(app.findText('Sign in'));

  assert.match(app.text, /\no\S{27} 40163$/);
  assert.deepEqual(app.errors, []);
});

test('two logins side by side get two codes', { skip }, async (t) => {
  const app = await start(t, page(`Page({ onLoad() {
    Promise.all([wx.login(), wx.login()]).then(([one, two]) => this.setData({ same: one.code === two.code }));
  } })`, '{{same}}'), { persona: 'alice' });

  assert.equal(app.text, 'false');
});

test('the phone button brings a code, a refusal a sentence', { skip }, async (t) => {
  const app = await start(t, page('Page({ phone({ detail }) { this.setData({ said: detail.code ? "code" : detail.errMsg }); } })',
    '<button open-type="getPhoneNumber" bindgetphonenumber="phone">Phone</button><view class="said">{{said}}</view>'), { persona: 'alice' });

  await app.tap(app.findText('Phone'));
  const allowed = app.page.instance.data.said;
  await app.tap(app.findText('Phone'), { allow: false });

  assert.equal(allowed, 'code');
  assert.match(app.page.instance.data.said, /^getPhoneNumber:fail/);
});
