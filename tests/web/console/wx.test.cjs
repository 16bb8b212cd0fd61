/** Promises about wx.js; test_wx.py runs them with an emulator's address in MOCKDOOR_BASE. */
'use strict';

const assert = require('node:assert/strict');
const http = require('node:http');
const { after, before, test } = require('node:test');
const { createHash, createDecipheriv } = require('node:crypto');
const { createRuntime, createWx, happen, tapButton } = require(process.env.MOCKDOOR_WX);

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

/** Trade a login code for the session_key, as a backend does. */
async function keyOf(code) {
  const query = new URLSearchParams({
    appid: 'wx0123456789abcdef', secret: '0123456789abcdef0123456789abcdef', js_code: code, grant_type: 'authorization_code',
  });
  return (await (await fetch(`${emulator}/sns/jscode2session?${query}`)).json()).session_key;
}

/** What encryptedData holds. */
function opened({ encryptedData, iv }, sessionKey) {
  const [key, start] = [sessionKey, iv].map((text) => Buffer.from(text, 'base64'));
  const decipher = createDecipheriv('aes-128-cbc', key, start);
  return JSON.parse(decipher.update(encryptedData, 'base64', 'utf8') + decipher.final('utf8'));
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

test('what is not played says so by name', () => {
  const wx = create();

  assert.throws(() => wx.scanCode({ success() {} }), { message: 'wx.scanCode is not played by mockdoor' });
  assert.throws(() => wx.cloud.callFunction({}), { message: 'wx.cloud.callFunction is not played by mockdoor' });
  assert.throws(() => wx.cloud.database().collection('x'), { message: 'wx.cloud.database is not played by mockdoor' });
  assert.throws(() => wx.router.routerInfo.get(), { message: 'wx.router.routerInfo.get is not played by mockdoor' });
});

test('what is not played can be looked at, awaited and printed', async () => {
  const wx = create();

  assert.equal(typeof await wx.cloud, 'function');
  assert.equal(JSON.stringify({ cloud: wx.cloud }), '{}');
  assert.equal(typeof String(wx.cloud), 'string');
  assert.equal(require('node:util').inspect(wx).includes('login'), true);
});

test('an app keeps things of its own in wx', () => {
  const wx = create();

  assert.equal(wx.webpackJsonp, undefined);
  wx.http = () => 'mine';
  wx.scanCode = () => 'mocked';

  assert.deepEqual([wx.http(), wx.scanCode()], ['mine', 'mocked']);
});

test('canIUse and the keys of wx know what is played alone', () => {
  const wx = create();

  const names = ['getUserProfile', 'button.open-type.chooseAvatar', 'scanCode', 'cloud'];
  assert.deepEqual(names.map((name) => wx.canIUse(name)), [true, true, false, false]);
  assert.deepEqual(['login', 'scanCode'].map((name) => [name in wx, Object.keys(wx).includes(name)]), [
    [true, true], [false, false],
  ]);
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

test('getUserInfo and getUserProfile show the same person', async () => {
  const profile = await create().getUserProfile({ desc: 'to greet you' });

  const info = await create().getUserInfo();

  assert.deepEqual([info.userInfo, info.rawData], [profile.userInfo, profile.rawData]);
  assert.notEqual(info.encryptedData, profile.encryptedData);
});

test('the profile is signed and encrypted under the session_key that the backend gets', async () => {
  const wx = create({ persona: 'alice' });
  const sessionKey = await keyOf((await wx.login()).code);

  const info = await wx.getUserInfo();

  assert.equal(info.signature, createHash('sha1').update(info.rawData + sessionKey).digest('hex'));
  const { openId, unionId, watermark, ...shown } = opened(info, sessionKey);
  assert.deepEqual(shown, info.userInfo);
  assert.deepEqual([openId.length, watermark.appid], [28, 'wx0123456789abcdef']);
});

test('without credentials nothing is encrypted', async () => {
  const info = await create().getUserInfo({ withCredentials: false });

  assert.deepEqual(Object.keys(info), ['userInfo', 'rawData', 'signature', 'errMsg']);
});

test('a tourist gets a profile that nobody signed', async () => {
  const { signature } = await create({ appid: 'touristappid', base: 'http://127.0.0.1:1' }).getUserInfo();

  assert.equal(signature, 'not signed: a tourist has no session_key');
});

test('the phone button gives a code and a number under the session_key', async () => {
  const wx = create({ persona: 'alice' });
  const sessionKey = await keyOf((await wx.login()).code);

  const { errMsg, code, ...sealed } = await tapButton(wx, 'getPhoneNumber');

  assert.equal(errMsg, 'getPhoneNumber:ok');
  assert.match(code, /^[0-9a-f]{64}$/);
  const { phoneNumber } = opened(sealed, sessionKey);
  const { personas } = await (await fetch(`${emulator}/_emulator/personas`)).json();
  assert.equal(phoneNumber, personas.find((one) => one.name === 'alice').phone);
});

test('a refused button is a detail too', async () => {
  const wx = create({ ui: { allow: (api) => api !== 'getUserInfo' } });

  assert.deepEqual(await tapButton(wx, 'getPhoneNumber', { allow: false }), { errMsg: 'getPhoneNumber:fail user deny' });
  assert.deepEqual(await tapButton(wx, 'getUserInfo'), { errMsg: 'getUserInfo:fail auth deny' });
  assert.equal(await tapButton(wx, 'chooseAvatar', { allow: false }), undefined);
});

test('a button that is not played says so', async () => {
  const message = '<button open-type="feedback"> is not played by mockdoor';

  await assert.rejects(tapButton(create(), 'feedback'), { message });
});

test('a phone number of nobody known is a failure in the detail', async () => {
  const { errMsg } = await tapButton(create({ persona: 'nobody' }), 'getPhoneNumber');

  assert.match(errMsg, /^getPhoneNumber:fail the emulator at .* gave no phone code: unknown persona 'nobody'/);
});

test('a chosen avatar is a temporary file that is uploaded', async () => {
  const wx = create({ persona: 'alice' });
  const { avatarUrl } = await tapButton(wx, 'chooseAvatar');

  const { success } = await outcome(wx.uploadFile, { url: address, filePath: avatarUrl, name: 'avatar' });

  assert.match(avatarUrl, /^http:\/\/tmp\/.+\.png$/);
  assert.match(JSON.parse(success.data).body, /name="avatar"; filename="1\.png"\r\nContent-Type: image\/png\r\n/);
});

test('an avatar can be given', async () => {
  const wx = create();
  const { avatarUrl } = await tapButton(wx, 'chooseAvatar', { avatar: 'data:text/plain,me' });

  const { success } = await outcome(wx.uploadFile, { url: address, filePath: avatarUrl, name: 'avatar' });

  assert.match(JSON.parse(success.data).body, /\r\n\r\nme\r\n/);
});

test('a temporary file of another wx is not found', async () => {
  const { avatarUrl } = await tapButton(create(), 'chooseAvatar');

  const { fail } = await outcome(create().uploadFile, { url: address, filePath: avatarUrl, name: 'avatar' });

  assert.match(fail.errMsg, /^uploadFile:fail file not found: http:\/\/tmp\/1\.png; /);
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

test('an accepted subscription is a permit for one message', async () => {
  const asked = [];
  const fetch = async (url, init) => {
    asked.push([new URL(url).pathname, JSON.parse(init.body).template]);
    return Response.json({});
  };

  const result = await create({ fetch }).requestSubscribeMessage({ tmplIds: ['a', 'b'] });

  assert.deepEqual(result, { a: 'accept', b: 'accept', errMsg: 'requestSubscribeMessage:ok' });
  assert.deepEqual(asked, [['/_emulator/permits', 'a'], ['/_emulator/permits', 'b']]);
});

test('each template is answered by itself', async () => {
  const asked = [];
  const fetch = async (url, init) => {
    asked.push(JSON.parse(init.body).template);
    return Response.json({});
  };
  const ui = { allow: () => ({ a: 'accept', b: 'ban' }) };

  const { errMsg, ...answers } = await create({ fetch, ui }).requestSubscribeMessage({ tmplIds: ['a', 'b', 'c'] });

  assert.deepEqual([answers, asked], [{ a: 'accept', b: 'ban', c: 'reject' }, ['a']]);
});

test('a template that is not declared fails', async () => {
  const { fail } = await outcome(create().requestSubscribeMessage, { tmplIds: ['none'] });

  assert.match(fail.errMsg, /^requestSubscribeMessage:fail the emulator at .* gave no permit: unknown template 'none'/);
  assert.deepEqual([fail.errno, fail.errCode], [600000, 20001]);
});

test('one to five templates can be asked for', async () => {
  const wx = create();

  const none = await outcome(wx.requestSubscribeMessage, { tmplIds: [] });
  const six = await outcome(wx.requestSubscribeMessage, { tmplIds: [...'123456'] });

  assert.deepEqual([none.fail, six.fail], [
    { errMsg: "requestSubscribeMessage:fail TmplIds can't be empty", errCode: 10001 },
    { errMsg: 'requestSubscribeMessage:fail Templates count out of max bounds', errCode: 20003 },
  ]);
});

test('what was authorized shows in the settings', async () => {
  const wx = create({ ui: { allow: (api, { scope }) => scope !== 'scope.camera' } });
  await wx.authorize({ scope: 'scope.record' });
  await outcome(wx.authorize, { scope: 'scope.camera' });

  const { authSetting } = await wx.getSetting();

  assert.deepEqual(authSetting, { 'scope.record': true, 'scope.camera': false });
});

// --- Privacy ---

test('privacy that was agreed to is not asked for', async () => {
  const { needAuthorization } = await create().getPrivacySetting();

  assert.equal(needAuthorization, false);
});

test('the mini program asks for privacy in its own way', async () => {
  const wx = create({ privacy: 'needed' });
  const asked = [];
  wx.onNeedPrivacyAuthorization((resolve, { referrer }) => {
    asked.push(referrer);
    resolve({ event: 'exposureAuthorization' });
    resolve({ event: 'agree', buttonId: 'agree' });
  });

  await wx.getClipboardData();
  await wx.setClipboardData({ data: 'x' });

  assert.deepEqual(asked, ['getClipboardData']);
  assert.equal((await wx.getPrivacySetting()).needAuthorization, false);
});

test('without privacy a call fails with 104', async () => {
  const wx = create({ privacy: 'needed', ui: { allow: (api) => api !== 'requirePrivacyAuthorize' } });

  const clipboard = await outcome(wx.getClipboardData);
  const phone = await tapButton(wx, 'getPhoneNumber');

  const why = 'fail privacy permission is not authorized';
  assert.deepEqual(clipboard.fail, { errMsg: `getClipboardData:${why}`, errno: 104 });
  assert.deepEqual(phone, { errMsg: `getPhoneNumber:${why}`, errno: 104 });
});

test('the button of the privacy contract agrees to it', async () => {
  const wx = create({ privacy: 'needed', ui: { allow: (api) => api !== 'requirePrivacyAuthorize' } });

  const detail = await tapButton(wx, 'agreePrivacyAuthorization');

  assert.deepEqual(detail, { errMsg: 'agreePrivacyAuthorization:ok' });
  assert.equal((await wx.requirePrivacyAuthorize()).errMsg, 'requirePrivacyAuthorize:ok');
});

// --- The phone ---

test('the parts of the system info are what the whole shows', () => {
  const wx = create({ system: { platform: 'ios', theme: 'dark' } });
  const whole = wx.getSystemInfoSync();

  const parts = ['getWindowInfo', 'getDeviceInfo', 'getAppBaseInfo', 'getSystemSetting'].map((name) => wx[name]());

  assert.deepEqual([whole.platform, whole.theme], ['ios', 'dark']);
  for (const part of parts) {
    for (const [name, value] of Object.entries(part)) if (name in whole) assert.deepEqual(value, whole[name], name);
  }
});

test('the network changes', async () => {
  const wx = create();
  const heard = [];
  const listener = (result) => heard.push(result);
  wx.onNetworkStatusChange(listener);

  happen(wx, 'NetworkStatusChange', { networkType: 'none' });
  wx.offNetworkStatusChange(listener);
  happen(wx, 'NetworkStatusChange', { networkType: '4g' });

  assert.deepEqual(heard, [{ isConnected: false, networkType: 'none' }]);
  assert.equal((await wx.getNetworkType()).networkType, '4g');
});

test('what cannot happen is refused', () => {
  assert.throws(() => happen(create(), 'Earthquake'), /^Error: Earthquake cannot happen; there are: AppHide, /);
});

test('a new version is found where one is declared', async () => {
  const heard = await new Promise((resolve) => {
    const manager = create({ update: 'ready', ui: { restart: () => resolve('restarted') } }).getUpdateManager();
    manager.onUpdateReady(() => manager.applyUpdate());
  });
  const check = await new Promise((resolve) => { create().getUpdateManager().onCheckForUpdate(resolve); });

  assert.deepEqual([heard, check], ['restarted', { hasUpdate: false }]);
});

test('the clipboard holds what was put in', async () => {
  const wx = create();
  await wx.setClipboardData({ data: '文' });

  assert.deepEqual(await wx.getClipboardData(), { data: '文', errMsg: 'getClipboardData:ok' });
});

test('an action sheet returns the item that was picked or is cancelled', async () => {
  const picked = await create({ ui: { actionSheet: () => 1 } }).showActionSheet({ itemList: ['a', 'b'] });
  const cancelled = await outcome(create().showActionSheet, { itemList: ['a', 'b'] });

  assert.deepEqual(picked, { tapIndex: 1, errMsg: 'showActionSheet:ok' });
  assert.deepEqual(cancelled, { fail: { errMsg: 'showActionSheet:fail cancel' } });
});

test('the launch options are those of the first page', async () => {
  const wx = create({ launch: { scene: 1047, query: { scene: 'a%3D1' } } });
  const launched = [];
  const runtime = createRuntime({ wx, globals: { launched } });
  wx.onAppShow((options) => launched.push(options.path));

  runtime.load({ 'app.js': 'App({ onLaunch(options) { launched.push(options.scene); } });', 'a.js': 'Page({});' });
  runtime.open('a', { b: '1' });

  assert.deepEqual(launched, [1047, 'a']);
  assert.deepEqual([wx.getLaunchOptionsSync().path, wx.getEnterOptionsSync().query], ['a', { b: '1' }]);
});

// --- Files ---

test('a chosen picture is a PNG of its size', async () => {
  const { tempFiles, type } = await create({ persona: 'alice' }).chooseMedia({ count: 1 });

  const [{ tempFilePath, width, height, fileType }] = tempFiles;
  assert.deepEqual([type, tempFilePath, width, height, fileType], ['image', 'http://tmp/1.png', 132, 132, 'image']);
});

test('what the user chooses is a hook', async () => {
  const choose = (api, { count }) => (count === 2 ? [new Blob(['aa'], { type: 'video/mp4' }), 'data:,b', 'data:,c'] : false);
  const wx = create({ ui: { choose } });

  const media = await wx.chooseMedia({ count: 2 });
  const image = await outcome(wx.chooseImage, { count: 1 });

  assert.deepEqual(media.tempFiles.map((one) => [one.tempFilePath, one.size, one.fileType]), [
    ['http://tmp/1.mp4', 2, 'video'], ['http://tmp/2.txt', 1, 'image'],
  ]);
  assert.equal(media.type, 'mix');
  assert.deepEqual(image, { fail: { errMsg: 'chooseImage:fail cancel' } });
});

test('a downloaded file can be uploaded again', async () => {
  const wx = create();
  const { success } = await outcome(wx.downloadFile, { url: `${address}/plain?status=404` });
  const own = await outcome(wx.downloadFile, { url: `${address}/plain`, filePath: `${wx.env.USER_DATA_PATH}/a.txt` });

  const sent = await outcome(wx.uploadFile, { url: address, filePath: success.tempFilePath, name: 'f' });

  assert.deepEqual([success.statusCode, success.errMsg], [404, 'downloadFile:ok']);
  assert.equal(own.success.filePath, 'http://usr/a.txt');
  assert.match(JSON.parse(sent.success.data).body, /\r\n\r\nnot JSON\r\n/);
});

test('an upload and a download show how far they are', async () => {
  const wx = create();
  const heard = [];
  const watched = (name, argument) => new Promise((resolve) => {
    const task = wx[name]({ ...argument, complete: resolve });
    task.onProgressUpdate((step) => heard.push(step));
    task.onHeadersReceived(({ statusCode }) => heard.push(statusCode));
  });

  await watched('uploadFile', { url: `${address}/plain`, filePath: 'data:,x', name: 'f' });
  await watched('downloadFile', { url: `${address}/plain` });

  const size = heard[0].totalBytesSent;
  assert.deepEqual(heard, [
    { progress: 100, totalBytesSent: size, totalBytesExpectedToSend: size },
    200,
    200,
    { progress: 100, totalBytesWritten: 8, totalBytesExpectedToWrite: 8 },
  ]);
});

// --- Requests ---

test('the headers of a reply are heard before the result', async () => {
  const heard = [];
  const listener = () => heard.push('removed');

  await new Promise((resolve) => {
    const task = create().request({ url: `${address}/plain`, success: () => resolve(heard.push('success')) });
    task.onHeadersReceived(({ header, cookies }) => heard.push([header['X-Kind'], cookies]));
    task.onHeadersReceived(listener);
    task.offHeadersReceived(listener);
  });

  assert.deepEqual(heard, [['echo', ['a=1', 'b=2']], 'success']);
});

test('chunks are heard one by one', async () => {
  const { port1, port2 } = new MessageChannel();
  const next = () => new Promise((resolve) => { port2.once('message', resolve); });
  const body = new ReadableStream({
    async pull(controller) {
      controller.enqueue(new TextEncoder().encode('one'));
      await next(); // once the first was heard
      controller.enqueue(new TextEncoder().encode('two'));
      controller.close();
    },
  });
  const heard = [];

  const data = await new Promise((resolve) => {
    const task = create({ fetch: async () => new Response(body) }).request({
      url: 'http://x.test/', enableChunked: true, success: (result) => resolve(result.data),
    });
    task.onChunkReceived((chunk) => {
      heard.push(new TextDecoder().decode(chunk.data));
      port1.postMessage('more');
    });
  });

  port1.close();
  assert.deepEqual([heard, data], [['one', 'two'], '']);
});

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
  assert.match(sent.body, /name="who"\r\n\r\nalice\r\n[^]*name="file"; filename="file"[^]*\r\n\r\npicture\r\n/);
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

// --- Buttons of a page ---

const ASKING = {
  'app.json': '{"pages": ["pages/me/index"]}',
  'pages/me/index.js': `Page({
    data: {},
    onPhone(event) { this.setData({ phone: event }); },
    onAvatar({ detail }) { this.setData({ avatar: detail.avatarUrl }); },
    onName({ type, detail }) { this.setData({ [type]: detail.value }); },
  });`,
  'pages/me/index.wxml': `
    <!-- <button open-type="getPhoneNumber" bindgetphonenumber="onOld"/> -->
    <button wx:if="{{a > b}}" data-from-page="me" open-type="getPhoneNumber" bindgetphonenumber="onPhone">Phone</button>
    <button open-type='chooseAvatar' bind:chooseavatar='onAvatar'/>
    <input type="nickname" bindinput="onName" bindblur="onName" bind:change="onName" />`,
};

test('a tap on the pages phone button calls its handler', async () => {
  const { runtime } = await run(ASKING, { persona: 'alice' });

  await runtime.tapOpenType('getPhoneNumber');

  const { type, detail, currentTarget } = runtime.getCurrentPages()[0].data.phone;
  assert.deepEqual([type, detail.errMsg, currentTarget.dataset], [
    'getphonenumber', 'getPhoneNumber:ok', { fromPage: 'me' },
  ]);
});

test('a refusal reaches the handler and an avatar that is not chosen does not', async () => {
  const { runtime } = await run(ASKING);

  await runtime.tapOpenType('getPhoneNumber', { allow: false });
  await runtime.tapOpenType('chooseAvatar', { allow: false });

  const { phone, avatar } = runtime.getCurrentPages()[0].data;
  assert.deepEqual([phone.detail, avatar], [{ errMsg: 'getPhoneNumber:fail user deny' }, undefined]);
});

test('a method that a button of an open type calls is known', async () => {
  const { runtime } = await run(ASKING);

  const types = ['onPhone', 'onAvatar', 'onName', 'onOld'].map((name) => runtime.openTypeOf(name));

  assert.deepEqual(types, ['getPhoneNumber', 'chooseAvatar', undefined, undefined]);
});

test('a page without the button says what it misses', async () => {
  const { runtime } = await run(ASKING);

  await assert.rejects(runtime.tapOpenType('getUserInfo'), {
    message: 'pages/me/index.wxml has no <button open-type="getUserInfo" bindgetuserinfo="...">; name its handler',
  });
});

test('a disabled button is dead', async () => {
  const alive = [];

  for (const disabled of ['disabled', 'disabled="false"', 'disabled="{{true}}"', 'disabled="{{false}}"', '']) {
    const wxml = `<button open-type="getPhoneNumber" bindgetphonenumber="onPhone" ${disabled} />`;
    const { runtime } = await run({ ...ASKING, 'pages/me/index.wxml': wxml });
    await runtime.tapOpenType('getPhoneNumber');
    alive.push('phone' in runtime.getCurrentPages()[0].data);
  }

  assert.deepEqual(alive, [false, false, false, true, true]);
});

test('the nickname input offers the name of the persona', async () => {
  const { runtime } = await run(ASKING, { persona: 'alice' });
  const { personas } = await (await fetch(`${emulator}/_emulator/personas`)).json();
  const { nickname } = personas.find((one) => one.name === 'alice');

  assert.equal(await runtime.typeNickname(), nickname);
  assert.deepEqual(runtime.getCurrentPages()[0].data.input, nickname);
});

test('nobody known is offered no nickname', async () => {
  const { runtime } = await run(ASKING, { persona: 'nobody' });

  await assert.rejects(runtime.typeNickname(), /offers no nickname: there is no such persona$/);
});

test('a nickname needs privacy too', async () => {
  const ui = { allow: (api) => api !== 'requirePrivacyAuthorize' };
  const { runtime } = await run(ASKING, { privacy: 'needed', ui });

  await assert.rejects(runtime.typeNickname('x'), { message: 'privacy permission is not authorized' });
});

test('the clipboard of one wx is not that of another', async () => {
  const [one, two] = [create(), create()];
  await one.setClipboardData({ data: 'mine' });

  assert.equal((await two.getClipboardData()).data, '');
});

test('what happens reaches the listeners of one wx', () => {
  const [one, two] = [create(), create()];
  const heard = [];
  for (const wx of [one, two]) wx.onThemeChange(({ theme }) => heard.push(theme));

  happen(one, 'ThemeChange', { theme: 'dark' });

  assert.deepEqual(heard, ['dark']);
});

test('a rejected nickname is cleared after the blur', async () => {
  const { runtime } = await run(ASKING);

  assert.equal(await runtime.typeNickname('坏', { pass: false }), '');
  const { input, blur, change } = runtime.getCurrentPages()[0].data;
  assert.deepEqual([input, blur, change], ['坏', '坏', '']);
});
