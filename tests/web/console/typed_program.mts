/** Uses every function that wx.js plays, in callback and Promise form, under the types that WeChat publishes. */

import { createRuntime, createWx, happen, tapButton } from './wx.mjs';

declare const process: { argv: string[] };

const [, , base = '', echo = ''] = process.argv;
const failures: string[] = [];
const wx = createWx({
  base,
  persona: 'alice',
  ui: { actionSheet: () => 0, modal: () => true, allow: (api) => (api === 'requestSubscribeMessage' ? { t: 'reject' } : true) },
});
const fail = (error: { errMsg: string }): void => { failures.push(error.errMsg); };

/** Wait for a call in callback form. */
function settled(call: (complete: () => void) => unknown): Promise<void> {
  return new Promise((resolve) => { call(resolve); });
}

async function signIn(): Promise<number> {
  await settled((complete) => wx.login({ timeout: 2000, success: ({ code }) => code.trim(), fail, complete }));
  const { code } = await wx.login();
  await settled((complete) => wx.checkSession({ fail, complete }));
  await wx.checkSession();
  await settled((complete) => wx.getUserInfo({
    lang: 'zh_CN', success: ({ userInfo, iv }) => userInfo.nickName + iv, fail, complete,
  }));
  const { rawData, signature, encryptedData }: Record<string, unknown> = { ...await wx.getUserInfo({ withCredentials: true }) };
  await settled((complete) => wx.getUserProfile({ desc: 'x', success: ({ userInfo }) => userInfo.gender, fail, complete }));
  const { userInfo } = await wx.getUserProfile({ desc: 'x' });
  await settled((complete) => wx.getSetting({ success: ({ authSetting }) => authSetting['scope.camera'], fail, complete }));
  const { authSetting } = await wx.getSetting();
  await settled((complete) => wx.authorize({ scope: 'scope.record', fail, complete }));
  await wx.authorize({ scope: 'scope.record' });
  await settled((complete) => wx.requestSubscribeMessage({ tmplIds: ['t'], success: (result) => result['t'], fail, complete }));
  const { t } = await wx.requestSubscribeMessage({ tmplIds: ['t'] });
  return [code, rawData, signature, encryptedData, userInfo, authSetting, t].length;
}

async function askForPrivacy(): Promise<void> {
  const asking = createWx({ base, privacy: 'needed' });
  asking.onNeedPrivacyAuthorization((resolve) => resolve({ event: 'agree', buttonId: 'agree' }));
  await settled((complete) => asking.requirePrivacyAuthorize({ fail, complete }));
  await settled((complete) => wx.getPrivacySetting({ success: (result) => result.needAuthorization, fail, complete }));
  await settled((complete) => wx.openPrivacyContract({ fail, complete }));
}

async function store(): Promise<void> {
  await settled((complete) => wx.setStorage({ key: 'k', data: { a: 1 }, fail, complete }));
  await wx.setStorage({ key: 'k', data: { a: 1 } });
  await settled((complete) => wx.getStorage<{ a: number }>({ key: 'k', success: ({ data }) => data.a, fail, complete }));
  const { data } = await wx.getStorage<{ a: number }>({ key: 'k' });
  data.a.toFixed();
  await settled((complete) => wx.getStorageInfo({ success: ({ keys }) => keys.join(), fail, complete }));
  (await wx.getStorageInfo()).currentSize.toFixed();
  await settled((complete) => wx.removeStorage({ key: 'k', fail, complete }));
  await wx.removeStorage({ key: 'k' });
  await settled((complete) => wx.clearStorage({ fail, complete }));
  await wx.clearStorage();
  wx.setStorageSync('k', 1);
  wx.getStorageSync<number>('k').toFixed();
  wx.getStorageInfoSync().limitSize.toFixed();
  wx.removeStorageSync('k');
  wx.clearStorageSync();
}

async function send(): Promise<void> {
  await settled((complete) => {
    const task = wx.request<{ url: string }>({
      url: echo, method: 'POST', data: { a: 1 }, success: ({ data, statusCode }) => data.url + statusCode, fail, complete,
    });
    task.onHeadersReceived(({ header, statusCode, cookies }) => [header, statusCode, cookies]);
    task.onChunkReceived(({ data }) => data.byteLength);
    task.offHeadersReceived();
    task.offChunkReceived();
  });
  wx.request({ url: echo, fail: () => undefined }).abort();
  let path = '';
  await settled((complete) => {
    const task = wx.downloadFile({ url: echo, success: ({ tempFilePath }) => { path = tempFilePath; }, fail, complete });
    task.onProgressUpdate(({ progress, totalBytesWritten }) => progress + totalBytesWritten);
    task.onHeadersReceived(() => undefined);
    task.offProgressUpdate();
    task.offHeadersReceived();
  });
  await settled((complete) => {
    const task = wx.uploadFile({ url: echo, filePath: path, name: 'f', success: ({ data }) => data.trim(), fail, complete });
    task.onProgressUpdate(({ progress, totalBytesSent }) => progress + totalBytesSent);
    task.onHeadersReceived(() => undefined);
    task.offProgressUpdate();
    task.offHeadersReceived();
  });
}

async function choose(): Promise<void> {
  await settled((complete) => wx.chooseMedia({
    count: 1, mediaType: ['image'], success: ({ tempFiles }) => tempFiles[0]?.tempFilePath, fail, complete,
  }));
  (await wx.chooseMedia({ count: 1 })).tempFiles.length.toFixed();
  await settled((complete) => wx.chooseImage({ count: 1, success: ({ tempFilePaths }) => tempFilePaths[0], fail, complete }));
  (await wx.chooseImage()).tempFilePaths.join();
  await settled((complete) => wx.setClipboardData({ data: 'x', fail, complete }));
  await wx.setClipboardData({ data: 'x' });
  await settled((complete) => wx.getClipboardData({ success: ({ data }) => data.trim(), fail, complete }));
  (await wx.getClipboardData()).data.trim();
  await settled((complete) => wx.showActionSheet({ itemList: ['a'], success: ({ tapIndex }) => tapIndex.toFixed(), fail, complete }));
  (await wx.showActionSheet({ itemList: ['a'] })).tapIndex.toFixed();
  await settled((complete) => wx.showModal({ title: 'x', success: ({ confirm, cancel }) => confirm || cancel, fail, complete }));
  (await wx.showModal({ title: 'x' })).confirm.valueOf();
}

async function show(): Promise<void> {
  await settled((complete) => wx.showToast({ title: 'x', icon: 'none', fail, complete }));
  await wx.showToast({ title: 'x' });
  await settled((complete) => wx.hideToast({ fail, complete }));
  await wx.hideToast();
  await settled((complete) => wx.showLoading({ title: 'x', mask: true, fail, complete }));
  await wx.showLoading({ title: 'x' });
  await settled((complete) => wx.hideLoading({ fail, complete }));
  await wx.hideLoading();
}

async function move(): Promise<void> {
  const url = '/pages/a';
  await settled((complete) => wx.navigateTo({ url, fail, complete }));
  await wx.navigateTo({ url });
  await settled((complete) => wx.redirectTo({ url, fail, complete }));
  await wx.redirectTo({ url });
  await settled((complete) => wx.reLaunch({ url, fail, complete }));
  await wx.reLaunch({ url });
  await settled((complete) => wx.switchTab({ url, fail, complete }));
  await wx.switchTab({ url });
  await settled((complete) => wx.navigateBack({ delta: 1, fail, complete }));
  await wx.navigateBack();
}

async function look(): Promise<unknown> {
  await settled((complete) => wx.getSystemInfo({ success: ({ safeArea }) => safeArea.top.toFixed(), fail, complete }));
  const whole: WechatMiniprogram.SystemInfo = await wx.getSystemInfo();
  await settled((complete) => wx.getSystemInfoAsync({ success: ({ host }) => host.appId.trim(), fail, complete }));
  await settled((complete) => wx.getNetworkType({ success: ({ networkType }) => networkType.trim(), fail, complete }));
  const { networkType } = await wx.getNetworkType();
  const manager = wx.getUpdateManager();
  manager.onCheckForUpdate(({ hasUpdate }) => hasUpdate.valueOf());
  manager.onUpdateReady(() => manager.applyUpdate());
  manager.onUpdateFailed(() => undefined);
  await settled((complete) => wx.nextTick(complete));
  const bytes = wx.base64ToArrayBuffer(wx.arrayBufferToBase64(new Uint8Array([1, 2]).buffer));
  return [
    whole.SDKVersion.trim(), networkType, bytes.byteLength, wx.getSystemInfoSync().host.appId.trim(), wx.getWindowInfo().screenTop.toFixed(),
    wx.getDeviceInfo().memorySize.trim(), wx.getAppBaseInfo().host.appId.trim(), wx.getSystemSetting().wifiEnabled.valueOf(),
    wx.getAppAuthorizeSetting().cameraAuthorized.trim(), wx.getLaunchOptionsSync().scene.toFixed(),
    wx.getEnterOptionsSync().path.trim(), wx.getAccountInfoSync().miniProgram.appId.trim(), wx.canIUse('button.open-type.chooseAvatar'),
    wx.getMenuButtonBoundingClientRect().top.toFixed(), wx.env.USER_DATA_PATH.trim(),
  ];
}

function listen(): void {
  const nothing = () => undefined;
  wx.onAppShow(nothing);
  wx.offAppShow(nothing);
  wx.onAppHide(nothing);
  wx.offAppHide(nothing);
  wx.onKeyboardHeightChange(({ height }) => height.toFixed());
  wx.offKeyboardHeightChange(nothing);
  wx.onMemoryWarning(({ level }) => level?.toFixed());
  wx.offMemoryWarning(nothing);
  wx.onNetworkStatusChange(({ isConnected }) => isConnected.valueOf());
  wx.offNetworkStatusChange(nothing);
  wx.onThemeChange(({ theme }) => theme.trim());
  wx.offThemeChange(nothing);
  wx.onWindowResize(({ size }) => size.windowWidth.toFixed());
  wx.offWindowResize(nothing);
  happen(wx, 'NetworkStatusChange', { networkType: '4g' });
}

async function press(): Promise<void> {
  const phone = await tapButton(wx, 'getPhoneNumber');
  phone?.code?.trim();
  const runtime = createRuntime({ wx });
  runtime.run({ 'a.js': 'Page({ go() {} })' });
  await runtime.tapOpenType('chooseAvatar', { handler: 'go', avatar: 'data:,x' });
}

for (const part of [signIn, askForPrivacy, store, send, choose, show, move, look, listen, press]) await part();
console.log(JSON.stringify(failures));
