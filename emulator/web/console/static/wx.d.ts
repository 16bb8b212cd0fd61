/** Types of wx.js and wx.mjs, by those of WeChat: `npm install --save-dev miniprogram-api-typings`. */

/// <reference types="miniprogram-api-typings" />

export as namespace mockdoor;

/** What is played of `wx`; the rest throws `wx.NAME is not played by mockdoor`. */
export type Played =
  'arrayBufferToBase64' | 'authorize' | 'base64ToArrayBuffer' | 'canIUse' | 'checkSession' | 'chooseImage' |
  'chooseMedia' | 'clearStorage' | 'clearStorageSync' | 'downloadFile' | 'env' | 'getAccountInfoSync' |
  'getAppAuthorizeSetting' | 'getAppBaseInfo' | 'getClipboardData' | 'getDeviceInfo' | 'getEnterOptionsSync' |
  'getLaunchOptionsSync' | 'getMenuButtonBoundingClientRect' | 'getNetworkType' | 'getPrivacySetting' |
  'getSetting' | 'getStorage' | 'getStorageInfo' | 'getStorageInfoSync' | 'getStorageSync' | 'getSystemInfo' |
  'getSystemInfoAsync' | 'getSystemInfoSync' | 'getSystemSetting' | 'getUpdateManager' | 'getUserInfo' |
  'getUserProfile' | 'getWindowInfo' | 'hideLoading' | 'hideToast' | 'login' | 'navigateBack' | 'navigateTo' |
  'nextTick' | 'offAppHide' | 'offAppShow' | 'offKeyboardHeightChange' | 'offMemoryWarning' |
  'offNetworkStatusChange' | 'offThemeChange' | 'offWindowResize' | 'onAppHide' | 'onAppShow' |
  'onKeyboardHeightChange' | 'onMemoryWarning' | 'onNeedPrivacyAuthorization' | 'onNetworkStatusChange' |
  'onThemeChange' | 'onWindowResize' | 'openPrivacyContract' | 'reLaunch' | 'redirectTo' | 'removeStorage' |
  'removeStorageSync' | 'request' | 'requestSubscribeMessage' | 'requirePrivacyAuthorize' | 'setClipboardData' |
  'setStorage' | 'setStorageSync' | 'showActionSheet' | 'showLoading' | 'showModal' | 'showToast' | 'switchTab' |
  'uploadFile';

/** What a mini program answers when its user was asked for privacy; the published typings leave it out. */
export interface PrivacyAnswer {
  event: 'exposureAuthorization' | 'agree' | 'disagree';
  buttonId?: string;
}

export interface Wx extends Omit<Pick<WechatMiniprogram.Wx, Played>, 'onNeedPrivacyAuthorization'> {
  onNeedPrivacyAuthorization(
    listener: (resolve: (answer: PrivacyAnswer) => void, event: { referrer: string }) => void,
  ): void;
}

/** A Blob, bytes, or the address of a file: `blob:`, `data:`, or a temporary path. */
export type ChosenFile = string | ArrayBuffer | ArrayBufferView | { readonly size: number; readonly type: string };

type Allowed = boolean | Record<string, 'accept' | 'reject' | 'ban' | 'filter'> | undefined;
type Hooked<T> = T | Promise<T>;

/** The user of the phone, and its screen. */
export interface Hooks {
  toast?(argument: { title: string } | null): void;
  loading?(argument: { title: string } | null): void;
  modal?(argument: { title?: string; content?: string }): Hooked<boolean | { confirm: boolean; content?: string }>;
  actionSheet?(argument: { itemList: string[] }): Hooked<number | false>;
  allow?(api: string, argument: any): Hooked<Allowed>;
  choose?(api: string, argument: any): Hooked<ChosenFile | ChosenFile[] | false>;
  navigate?(move: { api: string; path: string; query: Record<string, string>; delta: number }): Hooked<string | void>;
  storageChanged?(info: { keys: string[]; currentSize: number; limitSize: number }): void;
  privacyContract?(): void;
  restart?(): void;
  data?(page: any): void;
  error?(error: unknown, where: string): void;
}

export interface Options {
  /** The emulator's address, with a world's prefix; a browser takes its page's origin. */
  base?: string;
  /** Default: the emulator's first mini program. */
  appid?: string;
  /** Default: whoever is signed in at the emulator. */
  persona?: string;
  /** The control API's token. */
  token?: string;
  fetch?: (url: any, init?: any) => Promise<any>;
  ui?: Hooks;
  /** localStorage or its like; default: in memory. */
  storage?: {
    readonly length: number;
    key(index: number): string | null;
    getItem(key: string): string | null;
    setItem(key: string, value: string): void;
    removeItem(key: string): void;
  };
  /** avatarUrl of the anonymous profile. */
  avatar?: string;
  /** The request domains that are legal; default: not checked. */
  domains?: string[];
  /** How the mini program was opened. */
  launch?: Partial<WechatMiniprogram.LaunchOptionsApp>;
  /** Fields of getSystemInfo and its like that differ. */
  system?: Partial<WechatMiniprogram.SystemInfo & WechatMiniprogram.DeviceInfo & WechatMiniprogram.AppBaseInfo>;
  privacy?: 'agreed' | 'needed';
  update?: 'none' | 'ready' | 'failed';
  listener?(event: { api: string; phase: 'call' | 'success' | 'fail'; argument: any; result?: any }): void;
}

/** Make a fresh `wx`; no global is changed. */
export function createWx(options?: Options): Wx;

export interface Tap {
  /** false to refuse. */
  allow?: boolean;
  /** The picture for chooseAvatar. */
  avatar?: ChosenFile;
}

/** What a tap hands to its handler; undefined where WeChat calls none. */
export type TapDetail = {
  errMsg?: string; errno?: number; code?: string; encryptedData?: string; iv?: string; avatarUrl?: string;
  rawData?: string; signature?: string; userInfo?: WechatMiniprogram.UserInfo;
} | undefined;

export type OpenType = 'getPhoneNumber' | 'getUserInfo' | 'chooseAvatar' | 'agreePrivacyAuthorization';

/** Tap `<button open-type=...>`, as the user of the phone. */
export function tapButton(wx: Wx, openType: OpenType, given?: Tap): Promise<TapDetail>;

export type Happening =
  | 'AppHide' | 'AppShow' | 'KeyboardHeightChange' | 'MemoryWarning' | 'NetworkStatusChange' | 'ThemeChange'
  | 'WindowResize';

/** Let something happen to the phone; its listeners hear `result`. */
export function happen(wx: Wx, name: Happening, result?: any): void;

export interface Runtime {
  load(files: Record<string, string>): void;
  run(files: Record<string, string>): any;
  open(path: string, query?: Record<string, string>): any;
  call(handler: string, event?: any): any;
  tapOpenType(openType: OpenType, given?: Tap & { handler?: string }): Promise<any>;
  openTypeOf(handler: string): string | undefined;
  typeNickname(text?: string, given?: { pass?: boolean }): Promise<string>;
  handlers(page?: any): string[];
  snippet(text: string, options?: { data?: object; globalData?: object; variables?: object }): Promise<any>;
  idle(): Promise<void>;
  getApp(): any;
  getCurrentPages(): any[];
}

/** Run a mini program's JavaScript. */
export function createRuntime(options: { wx: Wx; ui?: Hooks; console?: any; globals?: object }): Runtime;
