'use strict';
// wechat-oauth, as it comes from npm: logins on web sites, and a mini program's session, at https://api.weixin.qq.com.
const { promisify } = require('node:util');
const OAuth = require('wechat-oauth');
const { control, run } = require('./checks.cjs');

const { WECHAT_APPID: appid, WECHAT_SECRET: secret } = process.env;
const oauth = new OAuth(appid, secret);
const ask = (name, ...given) => promisify(oauth[name].bind(oauth))(...given);
const shape = ({ data: { access_token: access, refresh_token: refresh, create_at: _, ...rest } }) =>
  ({ ...rest, tokens: [access.length, refresh.length] });

run({
  'where the person is sent': () => oauth.getAuthorizeURLForWebsite('https://example.com/back', 'st', 'snsapi_login'),
  'a login': async () => shape(await ask('getAccessToken', 'bob')),
  'a code that is unknown': () => ask('getAccessToken', 'nobody'),
  'a code works once': async () => {
    const { code } = await control('login-codes', { persona: 'bob' });
    await ask('getAccessToken', code);
    return ask('getAccessToken', code);
  },
  'a refresh': async () => {
    const { data } = await ask('getAccessToken', 'bob');
    return shape(await ask('refreshAccessToken', data.refresh_token));
  },
  'the person': () => ask('getUserByCode', 'bob'),
  'a token that is good': async () => {
    const { data } = await ask('getAccessToken', 'bob');
    return ask('verifyToken', data.openid, data.access_token);
  },
  'a token that is not': () => ask('verifyToken', 'openid', 'made-up'),
  'a mini program session': async () => {
    const { data } = await ask('getSessionKey', 'bob');
    return { openid: data.openid, unionid: data.unionid, session_key: data.session_key.length };
  },
});
