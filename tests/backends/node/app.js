'use strict';
// A login backend as it should not be, on co-wechat-api as it comes from npm: what many tutorials add up to.
const http = require('http');
const WechatAPI = require('co-wechat-api');

const { PORT, WECHAT_API_BASE: base, WECHAT_APPID: appid, WECHAT_SECRET: secret } = process.env;
const api = new WechatAPI(appid, secret);
api.snsPrefix = `${base}/sns/`;
api.setOpts({ timeout: 20000 });
const users = new Map();

async function login(request, response) {
  const given = request.method === 'GET' ? query(request) : JSON.parse(await text(request));
  let session;
  for (let attempt = 1; ; attempt += 1) {
    try {
      session = await api.code2Session(given.code);
      break;
    } catch (error) {
      console.log(`jscode2session appid=${appid} secret=${secret}`, error.message);
      if (attempt === 6) throw error;
    }
  }
  if (!users.has(session.openid)) users.set(session.openid, { id: users.size + 1, nickname: given.nickname });
  const user = users.get(session.openid);
  send(request, response, 200, { ...session, token: String(user.id), user_id: user.id, nickname: user.nickname });
}

function me(request, response) {
  const token = (request.headers.authorization || '').replace('Bearer ', '');
  const user = [...users.values()].find(({ id }) => String(id) === token);
  if (user) send(request, response, 200, { user_id: user.id, nickname: user.nickname });
  else send(request, response, 401, { error: 'log in first' });
}

function send(request, response, status, body) {
  response.writeHead(status, {
    'Content-Type': 'application/json; charset=utf-8',
    'Access-Control-Allow-Origin': request.headers.origin || '*',
    'Access-Control-Allow-Credentials': 'true',
  });
  response.end(JSON.stringify(body));
}

function query(request) {
  return Object.fromEntries(new URL(request.url, 'http://localhost').searchParams);
}

async function text(request) {
  let found = '';
  for await (const chunk of request) found += chunk;
  return found;
}

http.createServer((request, response) => {
  const route = request.url.startsWith('/me') ? me : login;
  Promise.resolve().then(() => route(request, response)).catch((error) => {
    send(request, response, 500, { error: error.stack, url: `${api.snsPrefix}jscode2session?secret=${secret}` });
  });
}).listen(Number(PORT), '127.0.0.1');
