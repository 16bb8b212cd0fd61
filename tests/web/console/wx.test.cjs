/** Promises about wx.js; test_wx.py runs them with an emulator's address in MOCKDOOR_BASE. */
'use strict';

const assert = require('node:assert/strict');
const http = require('node:http');
const { after, before, test } = require('node:test');
const { createRuntime, createWx } = require(process.env.MOCKDOOR_WX);

const emulator = process.env.MOCKDOOR_BASE;
const GREY = `${emulator}/_emulator/assets/anonymous.svg`;
let echo; // answers with what it was sent
let address;

before(async () => {
  echo = http.createServer(async (asked, answer) => {
    if (asked.url.startsWith('/silent')) return;
    let body = '';
    for await (const chunk of asked) body += chunk;
    answer.statusCode = Number(new URL(asked.url, 'http://x').searchParams.get('status') ?? 200);
    answer.setHeader('X-Kind', 'echo');
    answer.setHeader('Set-Cookie', ['a=1', 'b=2']);
    if (asked.url.startsWith('/plain')) answer.end('not JSON');
    else answer.end(JSON.stringify({ method: asked.method, url: asked.url, headers: asked.headers, body }));
  });
  await new Promise((resolve) => { echo.listen(0, '127.0.0.1', resolve); });
  address = `http://127.0.0.1:${echo.address().port}`;
});

after(() => {
  echo.closeAllConnections();
  echo.close();
});

function create(options) {
  return createWx({ base: emulator, ...options });
}

/** Call a function that returns a task, and resolve to what its callbacks got. */
function outcome(call, argument) {
  return new Promise((resolve) => {
    const success = (result) => resolve({ success: result });
    call({ ...argument, success, fail: (result) => resolve({ fail: result }) });
  });
}

async function echoed(argument, options) {
  return (await outcome(create(options).request, { ...argument, url: address + (argument.url ?? '/') })).success.data;
}

async function run(files, options) {
  const wx = create(options);
  const runtime = createRuntime({ wx, ui: options?.ui });
  runtime.run(files);
  await runtime.idle();
  return { wx, runtime };
}

// --- Calls ---

test('success comes before complete', async () => {
  const heard = [];

  await new Promise((resolve) => {
    create().login({ success: () => heard.push('success'), complete: ({ errMsg }) => resolve(heard.push(errMsg)) });
  });

  assert.deepEqual(heard, ['success', 'login:ok']);
});

test('a call without callbacks returns a promise', async () => {
  const { code, errMsg } = await create().login();

  assert.equal(errMsg, 'login:ok');
  assert.equal(code.length, 32);
});

test('a call with a callback returns nothing', () => {
  assert.equal(create().checkSession({ complete() {} }), undefined);
});

test('a failed promise carries errMsg', async () => {
  await assert.rejects(create().getStorage({ key: 'none' }), { errMsg: 'getStorage:fail data not found' });
});

test('an error in a callback reaches the hook and complete is still called', async () => {
  const errors = [];
  const wx = create({ ui: { error: (error, where) => errors.push([error.message, where]) } });

  await new Promise((resolve) => {
    wx.hideToast({ success() { throw new Error('mine'); }, complete: resolve });
  });

  assert.deepEqual(errors, [['mine', 'hideToast success']]);
});

test('a rejected promise of an async callback reaches the hook', async () => {
  const error = await new Promise((resolve) => {
    create({ ui: { error: resolve } }).hideToast({ async success() { throw new Error('mine'); } });
  });

  assert.equal(error.message, 'mine');
});

test('a listener hears every call and its result', async () => {
  const heard = [];
  const wx = create({ listener: (event) => heard.push(event) });

  await wx.showToast({ title: 'hi' });
  wx.getStorageSync('none');

  assert.deepEqual(heard, [
    { api: 'showToast', phase: 'call', argument: { title: 'hi' } },
    { api: 'showToast', phase: 'success', argument: { title: 'hi' }, result: { errMsg: 'showToast:ok' } },
    { api: 'getStorageSync', phase: 'call', argument: 'none' },
    { api: 'getStorageSync', phase: 'success', argument: 'none', result: '' },
  ]);
});

test('a function that is missing is undefined', () => {
  const wx = create();

  assert.equal(wx.scanCode, undefined);
  const usable = ['getUserProfile', 'button.open-type.chooseAvatar', 'scanCode'].map((name) => wx.canIUse(name));
  assert.deepEqual(usable, [true, true, false]);
});

test('an address is needed', () => {
  assert.throws(() => createWx({}), /createWx needs the emulator's address/);
});

// --- Sign-in ---

test('each login gives a new code', async () => {
  const wx = create({ persona: 'alice' });

  assert.notEqual((await wx.login()).code, (await wx.login()).code);
});

test('a login for nobody known fails and tells who there is', async () => {
  const { fail } = await outcome(create({ persona: 'nobody' }).login);

  assert.match(fail.errMsg, /^login:fail the emulator at .* gave no code: unknown persona 'nobody'; there are: v/);
  assert.equal(fail.errno, 600000);
});

test('a login without an emulator fails', async () => {
  const { fail } = await outcome(create({ base: 'http://127.0.0.1:1' }).login);

  assert.match(fail.errMsg, /^login:fail http:\/\/127.0.0.1:1\/_emulator\/login-codes cannot be reached: /);
  assert.equal(fail.errno, 600001);
});

test('a tourist gets the mock code', async () => {
  const result = await create({ appid: 'touristappid', base: 'http://127.0.0.1:1' }).login();

  assert.deepEqual(result, { code: 'the code is a mock one', errMsg: 'login:ok' });
});

test('the control token goes to control calls alone', async () => {
  const sent = [];
  const fetch = (url, init) => {
    sent.push(init.headers['X-Mockdoor-Token']);
    return globalThis.fetch(url, init);
  };
  const wx = create({ token: 'secret', fetch });

  await wx.login();
  await outcome(wx.request, { url: address });

  assert.deepEqual(sent, ['secret', undefined]);
});

test('a session lasts once there was a login', async () => {
  const wx = create();
  const earlier = await outcome(wx.checkSession);
  await wx.login();

  const later = await outcome(wx.checkSession);

  assert.deepEqual(earlier, { fail: { errMsg: 'checkSession:fail session time out, need relogin' } });
  assert.deepEqual(later, { success: { errMsg: 'checkSession:ok' } });
});

test('the account is the mini program that signed in', async () => {
  const wx = create();
  const earlier = wx.getAccountInfoSync().miniProgram.appId;
  await wx.login();

  assert.deepEqual([earlier, wx.getAccountInfoSync().miniProgram.appId], ['touristappid', 'wx0123456789abcdef']);
});

test('a profile is anonymous', async () => {
  const { errMsg, ...profile } = await create().getUserProfile({ desc: 'to greet you' });

  assert.equal(errMsg, 'getUserProfile:ok');
  assert.equal(profile.rawData, '{"nickName":"微信用户","gender":0,"language":"","city":"","province":"","country":"",'
    + `"avatarUrl":"${GREY}"}`);
  assert.deepEqual(profile.userInfo, JSON.parse(profile.rawData));
  assert.deepEqual(Object.keys(profile), ['userInfo', 'rawData', 'signature', 'encryptedData', 'iv']);
});

test('getUserInfo and getUserProfile tell the same', async () => {
  const profile = await create().getUserProfile({ desc: 'to greet you' });

  assert.deepEqual(await create().getUserInfo(), { ...profile, errMsg: 'getUserInfo:ok' });
});

test('the anonymous avatar is a setting', async () => {
  assert.equal((await create({ avatar: 'data:,' }).getUserInfo()).userInfo.avatarUrl, 'data:,');
});

test('getUserProfile needs a desc of up to 30 characters', async () => {
  const wx = create();
  const texts = [];

  for (const desc of [undefined, '', 'x'.repeat(31)]) {
    texts.push((await outcome(wx.getUserProfile, { desc })).fail.errMsg);
  }

  assert.deepEqual(texts, [
    'getUserProfile:fail parameter error: parameter.desc should be String instead of Undefined;',
    'getUserProfile:fail desc length does not meet the requirements',
    'getUserProfile:fail desc length does not meet the requirements',
  ]);
});

test('a refusal is told as WeChat tells it', async () => {
  const wx = create({ ui: { allow: () => false } });

  const profile = await outcome(wx.getUserProfile, { desc: 'x' });
  const messages = await wx.requestSubscribeMessage({ tmplIds: ['t'] });

  assert.deepEqual(profile, { fail: { errMsg: 'getUserProfile:fail auth deny' } });
  assert.deepEqual(messages, { t: 'reject', errMsg: 'requestSubscribeMessage:ok' });
});

test('a subscription is accepted', async () => {
  const result = await create().requestSubscribeMessage({ tmplIds: ['a', 'b'] });

  assert.deepEqual(result, { a: 'accept', b: 'accept', errMsg: 'requestSubscribeMessage:ok' });
});

// --- Requests ---

test('a form escapes plus and slash', async () => {
  const header = { 'Content-Type': 'application/x-www-form-urlencoded' };

  const sent = await echoed({ method: 'POST', header, data: { code: 'a+b/c=', 名: '小 明', deep: {} } });

  assert.equal(sent.body, 'code=a%2Bb%2Fc%3D&%E5%90%8D=%E5%B0%8F%20%E6%98%8E&deep=%5Bobject%20Object%5D');
  assert.equal(sent.headers['content-type'], 'application/x-www-form-urlencoded');
});

test('a POST without a content type is JSON', async () => {
  const sent = await echoed({ method: 'POST', data: { a: [1, '名'], gone: undefined } });

  assert.deepEqual([sent.headers['content-type'], sent.body], ['application/json', '{"a":[1,"名"]}']);
});

test('a GET takes its data into the query', async () => {
  const sent = await echoed({ url: '/x?a=1', data: { b: '+/', c: 'ü' } });

  assert.deepEqual([sent.method, sent.url, sent.body], ['GET', '/x?a=1&b=%2B%2F&c=%C3%BC', '']);
});

test('a string is sent as it is', async () => {
  const header = { 'content-type': 'text/plain' };

  assert.equal((await echoed({ method: 'PUT', header, data: 'a=1 + 2' })).body, 'a=1 + 2');
});

test('the referer names the mini program and cannot be set', async () => {
  const sent = await echoed({ header: { Referer: 'https://example.com' } }, { appid: 'wx1' });

  assert.equal(sent.headers.referer, 'https://servicewechat.com/wx1/devtools/page-frame.html');
});

test('a request with any status succeeds', async () => {
  const wx = create();
  const told = [];

  for (const status of [204, 404, 500]) {
    const { success } = await outcome(wx.request, { url: `${address}/?status=${status}` });
    told.push([success.statusCode, success.errMsg]);
  }

  assert.deepEqual(told, [[204, 'request:ok'], [404, 'request:ok'], [500, 'request:ok']]);
});

test('a reply has WeChats shape', async () => {
  const { success } = await outcome(create().request, { url: `${address}/plain` });

  assert.deepEqual(Object.keys(success), ['data', 'statusCode', 'header', 'cookies', 'errMsg']);
  assert.equal(success.data, 'not JSON');
  assert.equal(success.header['X-Kind'], 'echo');
  assert.deepEqual(success.cookies, ['a=1', 'b=2']);
});

test('another dataType leaves the text alone', async () => {
  const { success } = await outcome(create().request, { url: address, dataType: 'text' });

  assert.equal(typeof success.data, 'string');
});

test('an arraybuffer is given on request', async () => {
  const { success } = await outcome(create().request, { url: `${address}/plain`, responseType: 'arraybuffer' });

  assert.deepEqual([success.data instanceof ArrayBuffer, success.data.byteLength], [true, 8]);
});

test('a request times out', async () => {
  const told = await outcome(create().request, { url: `${address}/silent`, timeout: 20 });

  assert.deepEqual(told, { fail: { errMsg: 'request:fail timeout', errno: 5 } });
});

test('a task can be aborted', async () => {
  const told = await new Promise((resolve) => {
    create().request({ url: `${address}/silent`, fail: resolve }).abort();
  });

  assert.deepEqual(told, { errMsg: 'request:fail abort' });
});

test('a server that is not there fails', async () => {
  const { fail } = await outcome(create().request, { url: 'http://127.0.0.1:1/' });

  assert.match(fail.errMsg, /^request:fail http:\/\/127.0.0.1:1\/ cannot be reached: /);
});

test('an address that is none fails', async () => {
  const { fail } = await outcome(create().request, { url: 'undefined/api/login' });

  assert.deepEqual(fail, { errMsg: 'request:fail invalid url "undefined/api/login"', errno: 600009 });
});

test('ten requests run at once and the eleventh waits', async () => {
  const started = [];
  const release = [];
  const fetch = (url) => new Promise((resolve) => {
    started.push(url);
    release.push(() => resolve(new Response('{}')));
  });
  const wx = create({ fetch });
  const all = Array.from({ length: 11 }, (_, index) => outcome(wx.request, { url: `http://x.test/${index}` }));
  await new Promise((resolve) => { setTimeout(resolve); });
  const before = started.length;

  release[0]();
  await all[0];
  await new Promise((resolve) => { setTimeout(resolve); });

  assert.deepEqual([before, started.length], [10, 11]);
  release.forEach((each) => each());
  await Promise.all(all);
});

test('the domain check wants https and a listed name', async () => {
  const fetch = async () => new Response('{}');
  const domains = ['https://api.example.com', 'other.example.com:8443', 'api.weixin.qq.com', '127.0.0.1'];
  const wx = create({ fetch, domains });
  const legal = ['https://api.example.com/a', 'https://other.example.com:8443/', 'http://192.168.1.5:8000/'];
  const hosts = ['other.example.com', 'api.weixin.qq.com', '127.0.0.1', 'localhost'];
  const illegal = ['http://api.example.com/', ...hosts.map((host) => `https://${host}/`)];

  const allowed = await Promise.all(legal.map(async (url) => 'success' in await outcome(wx.request, { url })));
  const refused = await Promise.all(illegal.map(async (url) => (await outcome(wx.request, { url })).fail));

  assert.deepEqual(allowed, [true, true, true]);
  assert.deepEqual(refused, ['api.example.com', ...hosts].map((host) => (
    { errMsg: `request:fail url not in domain list:${host}`, errno: 600002 })));
});

test('a file is uploaded as multipart and the reply is not parsed', async () => {
  const { success } = await outcome(create().uploadFile, {
    url: address, filePath: 'data:text/plain,picture', name: 'file', formData: { who: 'alice' },
  });

  const sent = JSON.parse(success.data);
  assert.match(sent.headers['content-type'], /^multipart\/form-data; boundary=/);
  assert.match(sent.body, /name="who"\r\n\r\nalice\r\n[^]*name="file"[^]*\r\n\r\npicture\r\n/);
});

// --- Storage ---

test('what is stored comes back', async () => {
  const wx = create();
  const given = { object: { a: [1, null] }, text: '文', zero: 0, no: false, date: new Date(864e5), none: undefined };

  for (const [key, data] of Object.entries(given)) wx.setStorageSync(key, data);
  const got = Object.fromEntries(Object.keys(given).map((key) => [key, wx.getStorageSync(key)]));

  assert.deepEqual(got, { ...given, none: '' });
});

test('what is missing is an empty text or a failure', async () => {
  const wx = create();

  const told = await outcome(wx.getStorage, { key: 'none' });

  assert.equal(wx.getStorageSync('none'), '');
  assert.deepEqual(told, { fail: { errMsg: 'getStorage:fail data not found' } });
});

test('a stored object is a copy', async () => {
  const wx = create();
  const given = { a: 1 };
  await wx.setStorage({ key: 'k', data: given });

  given.a = 2;

  assert.deepEqual(await wx.getStorage({ key: 'k' }), { data: { a: 1 }, errMsg: 'getStorage:ok' });
});

test('storage tells its keys and size in KB', async () => {
  const wx = create();
  wx.setStorageSync('a', 'x'.repeat(2000));
  wx.setStorageSync('b', 1);
  wx.removeStorageSync('b');

  const info = wx.getStorageInfoSync();
  await wx.clearStorage();

  assert.deepEqual(info, { keys: ['a'], currentSize: 2, limitSize: 10240 });
  assert.deepEqual(wx.getStorageInfoSync(), { keys: [], currentSize: 0, limitSize: 10240 });
});

test('a key holds one megabyte', async () => {
  const wx = create();
  wx.setStorageSync('k', 'x'.repeat(1024 * 1024 - 10));

  assert.throws(() => wx.setStorageSync('k', 'x'.repeat(1024 * 1024)), {
    errMsg: 'setStorageSync:fail entry size limit reached',
  });
  assert.equal(wx.getStorageSync('k').length, 1024 * 1024 - 10);
});

test('storage holds ten megabytes', async () => {
  const wx = create();
  for (let index = 0; index < 10; index += 1) wx.setStorageSync(`k${index}`, 'x'.repeat(1024 * 1024 - 10));

  const told = await outcome(wx.setStorage, { key: 'more', data: 'x'.repeat(1000) });

  assert.deepEqual(told, { fail: { errMsg: 'setStorage:fail exceed storage max size 10Mb' } });
});

test('a key must be a text', () => {
  assert.throws(() => create().setStorageSync(1, 'x'), {
    errMsg: 'setStorageSync:fail parameter error: parameter.key should be String instead of Number;',
  });
});

test('storage is apart for each person and mini program', () => {
  const seen = new Map();
  const storage = {
    get length() { return seen.size; },
    key: (index) => [...seen.keys()][index],
    getItem: (key) => seen.get(key) ?? null,
    setItem: (key, value) => seen.set(key, value),
    removeItem: (key) => seen.delete(key),
  };
  const [alice, bob, other] = [['wx1', 'alice'], ['wx1', 'bob'], ['wx2', 'alice']].map(
    ([appid, persona]) => create({ appid, persona, storage }));

  alice.setStorageSync('k', 1);
  bob.clearStorageSync();

  assert.deepEqual([alice, bob, other].map((wx) => wx.getStorageSync('k')), [1, '', '']);
});

test('a page hears of changed storage', () => {
  const heard = [];
  const wx = create({ ui: { storageChanged: ({ keys }) => heard.push(keys) } });

  wx.setStorageSync('a', 1);
  wx.clearStorageSync();

  assert.deepEqual(heard, [['a'], []]);
});

// --- Notices ---

test('a toast replaces the loading sign', async () => {
  const shown = [];
  const toast = (given) => shown.push(['toast', given?.icon]);
  const loading = (given) => shown.push(['loading', given?.title]);
  const wx = create({ ui: { toast, loading } });

  await wx.showLoading({ title: 'wait' });
  await wx.showToast({ title: 'done' });
  await wx.hideToast();

  assert.deepEqual(shown, [['loading', 'wait'], ['loading', undefined], ['toast', 'success'], ['toast', undefined]]);
});

test('a toast goes by itself', async () => {
  const gone = new Promise((resolve) => {
    create({ ui: { toast: (given) => given ?? resolve('gone') } }).showToast({ title: 'done', duration: 10 });
  });

  // Node need not wait for a toast, so something else has to keep it running.
  const awake = setTimeout(() => {}, 5000);
  assert.equal(await gone, 'gone');
  clearTimeout(awake);
});

test('a modal is confirmed unless its hook cancels it', async () => {
  const confirmed = await create().showModal({ title: 'sure?' });
  const cancelled = await create({ ui: { modal: async () => false } }).showModal({ title: 'sure?' });

  assert.deepEqual(confirmed, { confirm: true, cancel: false, errMsg: 'showModal:ok' });
  assert.deepEqual(cancelled, { confirm: false, cancel: true, errMsg: 'showModal:ok' });
});

// --- Mini programs ---

const LIFE = ['onLoad', 'onShow', 'onReady', 'onHide', 'onUnload'];
const page = (name) => `const heard = getApp().heard; Page({ ${LIFE.map(
  (each) => `${each}(query) { heard.push('${name} ${each}' + (query ? ' ' + JSON.stringify(query) : '')); }`).join(', ')} })`;
const PAGES = {
  'app.js': 'App({ heard: [], onLaunch({ path }) { this.heard.push("launch " + path); } })',
  'pages/a/a.js': page('a'),
  'pages/b/b.js': page('b'),
};

test('a mini program starts at its first page', async () => {
  const { runtime } = await run(PAGES);

  assert.deepEqual(runtime.getApp().heard, ['launch pages/a/a', 'a onLoad {}', 'a onShow', 'a onReady']);
  assert.deepEqual(runtime.getCurrentPages().map(({ route }) => route), ['pages/a/a']);
});

test('navigateTo hides a page and navigateBack shows it again', async () => {
  const { wx, runtime } = await run(PAGES);
  const { heard } = runtime.getApp();
  heard.length = 0;

  await wx.navigateTo({ url: '../b/b?x=1&y=%20' });
  await wx.navigateBack();

  assert.deepEqual(heard, [
    'a onHide', 'b onLoad {"x":"1","y":"%20"}', 'b onShow', 'b onReady', 'b onUnload', 'a onShow',
  ]);
});

test('redirectTo and reLaunch unload what they replace', async () => {
  const { wx, runtime } = await run(PAGES);
  const { heard } = runtime.getApp();
  await wx.navigateTo({ url: '/pages/b/b' });
  heard.length = 0;

  await wx.redirectTo({ url: '/pages/a/a' });
  await wx.reLaunch({ url: '/pages/b/b' });

  assert.deepEqual(heard.filter((each) => /onUnload|onLoad/.test(each)), [
    'b onUnload', 'a onLoad {}', 'a onUnload', 'a onUnload', 'b onLoad {}',
  ]);
  assert.deepEqual(runtime.getCurrentPages().map(({ route }) => route), ['pages/b/b']);
});

test('switchTab keeps the tabs', async () => {
  const pages = ['pages/a/a', 'pages/b/b'];
  const config = { pages, tabBar: { list: pages.map((pagePath) => ({ pagePath })) } };
  const { wx, runtime } = await run({ ...PAGES, 'app.json': JSON.stringify(config) });
  const { heard } = runtime.getApp();
  heard.length = 0;

  await wx.switchTab({ url: '/pages/b/b' });
  await wx.switchTab({ url: '/pages/a/a' });

  assert.deepEqual(heard, ['a onHide', 'b onLoad {}', 'b onShow', 'b onReady', 'b onHide', 'a onShow']);
  assert.deepEqual(await outcome(wx.navigateTo, { url: '/pages/b/b' }), {
    fail: { errMsg: 'navigateTo:fail can not navigateTo a tabbar page' },
  });
});

test('a move that cannot be made fails', async () => {
  const { wx } = await run(PAGES);

  assert.deepEqual(await outcome(wx.navigateTo, { url: '/pages/x/x' }), {
    fail: { errMsg: 'navigateTo:fail page "pages/x/x" is not found' },
  });
  assert.deepEqual(await outcome(wx.navigateBack), {
    fail: { errMsg: 'navigateBack:fail cannot navigate back at first page.' },
  });
});

test('a page without pages asks its hook', async () => {
  const navigate = ({ path }) => (path === '/known' ? undefined : `page "${path}" is not found`);
  const wx = create({ ui: { navigate } });

  const known = await outcome(wx.navigateTo, { url: '/known?x=1' });
  const other = await outcome(wx.navigateTo, { url: 'other' });

  assert.deepEqual(known, { success: { errMsg: 'navigateTo:ok' } });
  assert.deepEqual(other, { fail: { errMsg: 'navigateTo:fail page "other" is not found' } });
});

test('setData follows paths and tells the page', async () => {
  const seen = [];
  const text = `Page({
    data: { a: { b: [{ c: 1 }] } },
    tap(event) { this.setData({ 'a.b[0].c': event.detail, 'x.y[1]': 2, z: 3 }, this.done); },
    done() { this.setData({ done: true }); },
  })`;
  const ui = { data: ({ data }) => seen.push(JSON.stringify(data)) };
  const { runtime } = await run({ 'pages/a/a.js': text }, { ui });

  runtime.call('tap', { detail: 7 });
  await runtime.idle();

  assert.deepEqual(seen, [
    '{"a":{"b":[{"c":7}]},"x":{"y":[null,2]},"z":3}',
    '{"a":{"b":[{"c":7}]},"x":{"y":[null,2]},"z":3,"done":true}',
  ]);
});

test('each instance of a page has data of its own', async () => {
  const text = 'Page({ data: { list: [] }, tap() { this.data.list.push(1); } })';
  const { runtime } = await run({ 'pages/a/a.js': text });
  runtime.call('tap');

  assert.deepEqual(runtime.open('pages/a/a', { x: '1' }).data, { list: [] });
});

test('handlers are the methods that are not lifecycle', async () => {
  const { runtime } = await run({ 'pages/a/a.js': 'Page({ onLoad() {}, login() {}, logout() {}, n: 1 })' });

  assert.deepEqual(runtime.handlers(), ['login', 'logout']);
  assert.throws(() => runtime.call('logn'), { message: 'pages/a/a has no handler logn; it has: login, logout' });
});

test('an error in a handler is reported with its place', async () => {
  const errors = [];
  const { runtime } = await run({ 'pages/a/a.js': 'Page({ tap() { none(); } })' }, {
    ui: { error: (error, where) => errors.push([error.message, where]) },
  });

  runtime.call('tap');

  assert.deepEqual(errors, [['none is not defined', 'pages/a/a tap']]);
});

test('require finds files by path then by name', async () => {
  const { runtime } = await run({
    'utils/util.js': 'module.exports = { name: "util" }',
    'lib/index.js': 'exports.name = "lib"; exports.inner = require("./inner.js").name',
    'lib/inner.js': 'exports.name = "inner"',
    'pages/a/a.js': 'const { name } = require("../../utils/util.js"); const lib = require("../../lib");'
      + ' const wx = 1; Page({ data: { names: [name, lib.name, lib.inner, require("inner").name] } })',
  });

  assert.deepEqual(runtime.getCurrentPages()[0].data.names, ['util', 'lib', 'inner', 'inner']);
});

test('a mistake in a file is told with its name', async () => {
  const load = (files) => createRuntime({ wx: create() }).load(files);

  assert.throws(() => load({ 'app.js': 'App({' }), /^SyntaxError: app.js: /);
  assert.throws(() => load({ 'app.js': 'import x from "./x"' }), /app.js: .*; write require\(...\) and module.exports/);
  assert.throws(() => load({ 'p.js': 'Page(none)' }), { message: 'p.js: none is not defined' });
  assert.throws(() => load({ 'p.js': 'require("./q"); Page({})' }), {
    message: "p.js: require('./q') finds no file; there are: p.js",
  });
  assert.throws(() => load({ 'app.json': '{"pages": ["x"]}', 'app.js': '' }), {
    message: 'app.json: the page file x.js is not there; there are: app.json, app.js',
  });
});

test('a snippet has a page and an app', async () => {
  const runtime = createRuntime({ wx: create(), globals: { LIMIT: 3 } });
  const text = 'const app = { shadowed: true }; this.setData({ "a.b": CASDOOR_HOSTNAME, limit: LIMIT, extra });'
    + ' wx.login({ success: ({ code }) => { this.globalData.code = code.length } })';

  await runtime.snippet(text, { data: { first: 1 }, variables: { extra: 'e' } });
  const page = await runtime.snippet('this.setData({ again: app.globalData.code }) // end');

  assert.deepEqual(page.data, { first: 1, a: { b: emulator }, limit: 3, extra: 'e', again: 32 });
});
