// Buttons with an open-type: what they ask of WeChat, and what their handlers hear. MOCKDOOR_URL names the emulator.

import assert from 'node:assert/strict';
import test from 'node:test';

import { page, start } from './helpers/program.mjs';

const SCRIPT = 'Page({ heard: [], on(e) { this.heard.push([e.type, e.detail]); } })';
const skip = process.env.MOCKDOOR_URL ? false : 'MOCKDOOR_URL names no emulator; run them by pytest tests/js, or by mockdoor exec';

async function tapped(t, attributes, given = {}, options = {}) {
  const app = await start(t, page(SCRIPT, `<button bindtap="on" ${attributes}>go</button>`), { persona: 'alice', ...options });
  await app.tap(app.find('button')[0], given);
  return { app, heard: JSON.parse(JSON.stringify(app.page.instance.heard)) };
}

const types = (heard) => heard.map(([type]) => type);

test('a phone number comes after the tap, as a code and sealed', { skip }, async (t) => {
  const { heard } = await tapped(t, 'open-type="getPhoneNumber" bindgetphonenumber="on"');

  assert.deepEqual(types(heard), ['tap', 'getphonenumber']);
  const { errMsg, code, encryptedData, iv } = heard[1][1];
  assert.equal(errMsg, 'getPhoneNumber:ok');
  assert.match(code, /^[0-9a-f]{64}$/);
  assert.ok(encryptedData && iv);
});

test('a refused phone number is an event like any other', async (t) => {
  const { heard } = await tapped(t, 'open-type="getPhoneNumber" bindgetphonenumber="on"', { allow: false });

  assert.deepEqual(heard[1], ['getphonenumber', { errMsg: 'getPhoneNumber:fail user deny' }]);
});

test('a real-time phone number is a code and nothing else', { skip }, async (t) => {
  const { heard } = await tapped(t, 'open-type="getRealtimePhoneNumber" bindgetrealtimephonenumber="on"');

  const { code, ...rest } = heard[1][1];
  assert.match(code, /^[0-9a-f]{64}$/);
  assert.deepEqual([heard[1][0], rest], ['getrealtimephonenumber', { errMsg: 'getRealtimePhoneNumber:ok' }]);
});

test('an avatar is a temporary file; without a choice there is no event', { skip }, async (t) => {
  const chosen = await tapped(t, 'open-type="chooseAvatar" bindchooseavatar="on"');
  const closed = await tapped(t, 'open-type="chooseAvatar" bindchooseavatar="on"', { allow: false });

  assert.match(chosen.heard[1][1].avatarUrl, /tmp/);
  assert.deepEqual(types(closed.heard), ['tap']);
});

test('of joined open-types both are heard, the agreement first', { skip }, async (t) => {
  const { heard } = await tapped(t, 'open-type="getPhoneNumber|agreePrivacyAuthorization" bindgetphonenumber="on" bindagreeprivacyauthorization="on"');

  assert.deepEqual(types(heard), ['tap', 'agreeprivacyauthorization', 'getphonenumber']);
});

test('the profile of a button is the anonymous one', { skip }, async (t) => {
  const { heard } = await tapped(t, 'open-type="getUserInfo" bindgetuserinfo="on"');

  assert.equal(heard[1][1].userInfo.nickName, '微信用户');
});

for (const [openType, detail] of [
  ['openSetting', { errMsg: 'openSetting:ok', authSetting: {} }],
  ['contact', { errMsg: 'enterContact:ok', path: '', query: {} }],
  ['launchApp', { errMsg: 'launchApp:fail invalid scene' }],
]) {
  test(`${openType} answers by its own event`, async (t) => {
    const event = openType.toLowerCase();

    const { heard } = await tapped(t, `open-type="${openType}" bind${event}="on"`);

    assert.deepEqual(heard[1], [event, detail]);
  });
}

for (const openType of ['share', 'feedback', 'liveActivity']) {
  test(`${openType} sends nothing but the tap`, async (t) => {
    const { heard, app } = await tapped(t, `open-type="${openType}" bind${openType.toLowerCase()}="on"`);

    assert.deepEqual(types(heard), ['tap']);
    assert.deepEqual(app.notes, []);
  });
}

test('an open-type that WeChat does not have is named', async (t) => {
  const { app } = await tapped(t, 'open-type="getPhonenumber"');

  assert.deepEqual(app.notes, [{ id: 'open-type-unknown', values: { openType: 'getPhonenumber' } }]);
});

for (const attributes of ['disabled', 'disabled="false"', 'disabled="{{true}}"']) {
  test(`a button with ${attributes} is dead`, async (t) => {
    const { heard } = await tapped(t, `${attributes} open-type="getPhoneNumber" bindgetphonenumber="on"`);

    assert.deepEqual(heard, []);
  });
}

test('a button that is disabled by data comes to life with it', async (t) => {
  const app = await start(t, page('Page({ data: { agreed: false }, on() { this.done = true; } })', '<button disabled="{{!agreed}}" bindtap="on">go</button>'));
  await app.tap(app.find('button')[0]);
  const before = app.page.instance.done;

  app.page.instance.setData({ agreed: true });
  await app.tap(app.find('button')[0]);

  assert.deepEqual([before, app.page.instance.done], [undefined, true]);
});
