'use strict';
// co-wechat-api, as it comes from npm: https://api.weixin.qq.com is written in its code, and it fetches its own tokens.
const API = require('co-wechat-api');
const { called, control, run } = require('./checks.cjs');

const { WECHAT_APPID: appid, WECHAT_SECRET: secret } = process.env;
const DATA = { thing1: { value: '两杯拿铁' }, time2: { value: '2026-01-01 16:00' } };
const api = new API(appid, secret);
const tokens = () => called('wechat.token');

run({
  'a session': async () => {
    const { session_key: key, ...ids } = await api.code2Session('bob');
    return { ...ids, session_key: key.length };
  },
  'a code that is unknown': () => api.code2Session('nobody'),
  'a token is fetched once and kept': async () => {
    const first = await api.ensureAccessToken();
    const second = await api.ensureAccessToken();
    return [first.accessToken.length, first.accessToken === second.accessToken, await tokens()];
  },
  'a wrong secret': () => new API(appid, 'wrong').ensureAccessToken(),
  'a message without permit': async () => api.sendSubscribeMessage(await bob(), 'ORDER', 'pages/index', DATA),
  'a message with a permit': async () => {
    await control('permits', { persona: 'bob', template: 'ORDER' });
    const { errcode, errmsg } = await api.sendSubscribeMessage(await bob(), 'ORDER', 'pages/index', DATA);
    const { messages } = await control('messages');
    return [errcode, errmsg, messages.map(({ persona, page, data }) => ({ persona, page, data }))];
  },
  'a code of a page is a picture': async () => {
    const picture = await api.getWXACodeUnlimit('id=7', 'pages/index');
    return [Buffer.isBuffer(picture), picture.subarray(0, 3).toString('hex')];
  },
  'a page that is not there': () => api.getWXACodeUnlimit('id=7', 'pages/none'),
  'an expired token is fetched again': async () => {
    const before = await tokens();
    await control('clock/advance', { by: '2h' });
    await api.getWXACodeUnlimit('id=8', 'pages/index');
    return (await tokens()) - before;
  },
  'not played yet': async () => {
    const asked = {};
    const calls = {
      createWXAQRCode: ['pages/index'],
      getWXACode: ['pages/index'],
      getIp: [],
      getTicket: [],
      sendText: ['openid', 'hello'],
      sendTemplate: ['openid', 'ORDER', 'https://example.com', DATA],
      getUser: ['openid'],
      getFollowers: [],
      createMenu: [{}],
    };
    for (const [name, given] of Object.entries(calls)) {
      asked[name] = await api[name](...given).then(() => 'played', (error) => error.message.replace(/\?\S*,/, ','));
    }
    return asked;
  },
});

async function bob() {
  return (await api.code2Session('bob')).openid;
}
