// Types of mockdoor.mjs: an emulator for tests in JavaScript, and a mini program that runs against it.
/// <reference lib="esnext.disposable" />

export interface Options {
  /** A scenario file, or the name of a shipped scenario; default: what `mockdoor serve` takes. */
  scenario?: string;
  /** The Casdoor that is played; `mockdoor profiles` lists them. */
  profile?: string;
  /** A running emulator to join, in a world of its own; default: MOCKDOOR_URL, else the command is started. */
  url?: string;
  /** The control token of an emulator beyond this machine; default: MOCKDOOR_TOKEN. */
  token?: string;
  /** What starts mockdoor, such as `['python', '-m', 'emulator']`; default: MOCKDOOR_COMMAND, else `mockdoor` on the PATH. */
  command?: readonly [string, ...string[]];
  /** The folder in which the command is started. */
  cwd?: string;
}

/** Start `mockdoor serve` on a free port, or join a running one; rejects with a MockdoorError that says why not. */
export function startMockdoor(options?: Options): Promise<Mockdoor>;

/** What mockdoor refused, or why it cannot be reached. */
export class MockdoorError extends Error {
  /** The status of the control API's answer, where there was one. */
  status?: number;
  code?: string;
}

/** A fault as a scenario writes it: where it strikes, and one effect such as `error`, `http`, `delay`. */
export interface FaultFields {
  error?: number | string;
  times?: number;
  delay?: string;
  http?: number;
  [field: string]: unknown;
}

export interface PlannedFault extends FaultFields {
  id: string;
  at: string;
  struck: number;
}

export interface VerifyFields {
  /** How many calls; a matcher such as `{ $at_least: 2 }` is good too. Default: at least one. */
  count?: number | Record<string, unknown>;
  /** Facts that they have in common, such as `{ errcode: 40029 }`. */
  when?: Record<string, unknown>;
}

/** A whole `verify` step, such as `{ in_order: […] }` or `{ never: … }`. */
export interface VerifyStep extends VerifyFields {
  operation?: string;
  in_order?: unknown;
  never?: unknown;
}

export interface JournalQuery {
  /** An operation, or a pattern such as `wechat.*`. */
  operation?: string;
  persona?: string;
  status?: string;
  after?: string;
  limit?: string;
}

/** One request and its reply, as `GET /_emulator/journal` shows it. */
export interface Exchange {
  number: number;
  operation: string;
  [field: string]: any;
}

export interface Message {
  msgid: string;
  persona: string;
  appid: string;
  template: string;
  data: Record<string, any>;
  page: string;
  miniprogram_state: string;
  at: string;
}

/** An emulator's world: its address, and the means to drive and to question it. */
export interface Mockdoor extends AsyncDisposable {
  /** What CASDOOR_HOSTNAME and the WeChat base address are set to. */
  readonly url: string;
  /** Variables for a backend under test: WECHAT_API_BASE, WECHAT_APPID, WECHAT_SECRET, CASDOOR_ENDPOINT and more. */
  readonly env: Record<string, string>;
  /** Play wx.login: a code of a persona (default: the one signed in), good for 5 minutes and once. */
  loginCode(persona?: string, options?: { appid?: string }): Promise<string>;
  /** Play the getPhoneNumber button. */
  phoneCode(persona?: string, options?: { appid?: string }): Promise<string>;
  fault(at: string, fields: FaultFields): Promise<PlannedFault>;
  fault(fault: FaultFields & { at: string }): Promise<PlannedFault>;
  /** Lift every fault; the result is how many there were. */
  clearFaults(): Promise<number>;
  /** Let time pass, such as '5m'; the result is the new instant. */
  advance(by: string): Promise<Date>;
  /** Count calls; rejects, with what came near, unless there were as many as wanted. */
  verify(operation: string, fields?: VerifyFields): Promise<number>;
  verify(step: VerifyStep): Promise<number>;
  /** Exchanges, the oldest first. */
  journal(query?: JournalQuery): Promise<Exchange[]>;
  /** Subscribe messages that were sent, to one persona or to all, the oldest first. */
  messages(persona?: string): Promise<Message[]>;
  /** Go back to the scenario. */
  reset(): Promise<void>;
  /** Run a folder with app.json or project.config.json; needs the npm package with its dependencies. */
  miniProgram(folder: string, options?: MiniProgramOptions): Promise<MiniProgram>;
  /** End what was started; a test that forgets it leaves nothing behind either. */
  stop(): Promise<void>;
}

export interface MiniProgramOptions {
  /** Who signs in; default: whoever is signed in at the emulator. */
  persona?: string;
  /** The first page, with its query; default: the first of app.json. */
  path?: string;
  scene?: number;
  /** What the user answers; default: yes to everything, the first item, an empty picture. */
  answers?: {
    allow?(api: string, argument?: any): boolean;
    modal?(argument: any): boolean | { confirm: boolean; content?: string };
    actionSheet?(argument: any): number | false;
    choose?(api: string, argument?: any): any;
  };
  /** Further options of createWx, as wx.d.ts lists them. */
  wx?: Record<string, any>;
}

/** A running mini program, under the names of miniprogram-automator. */
export interface MiniProgram {
  readonly shown: { toast: string | null; loading: string | null; modal: any; actionSheet: any };
  readonly output: { level: string; text: string }[];
  readonly errors: { message: string; where: string; file?: string; line?: number }[];
  readonly notes: { id: string; values: any }[];
  /** The page on top as indented tags. */
  readonly outline: string;
  navigateTo(url: string): Promise<Page>;
  redirectTo(url: string): Promise<Page>;
  reLaunch(url: string): Promise<Page>;
  switchTab(url: string): Promise<Page>;
  navigateBack(): Promise<Page>;
  currentPage(): Promise<Page>;
  pageStack(): Promise<Page[]>;
  callWxMethod(name: string, ...words: any[]): Promise<any>;
  /** Have `wx[name]` answer a value, or what a function makes of its arguments, until it is restored. */
  mockWxMethod(name: string, result: any): Promise<void>;
  restoreWxMethod(name: string): Promise<void>;
  close(): Promise<void>;
}

export interface Page {
  readonly path: string;
  readonly query: Record<string, string>;
  /** The first element that `#id`, `.class`, `tag`, `[name=value]` or descendants of them find, null without one. */
  $(selector: string): Promise<Element | null>;
  $$(selector: string): Promise<Element[]>;
  text(): Promise<string>;
  /** The data, or what lies at a path such as `user.phones[0]`. */
  data(path?: string): Promise<any>;
  setData(data: Record<string, any>): Promise<void>;
  callMethod(name: string, ...words: any[]): Promise<any>;
  /** Wait for a time in milliseconds, for an element, or until a function returns what is true. */
  waitFor(condition: string | number | (() => unknown)): Promise<void>;
}

export interface Element {
  readonly tagName: string;
  $(selector: string): Promise<Element | null>;
  $$(selector: string): Promise<Element[]>;
  text(): Promise<string>;
  attribute(name: string): Promise<string | null>;
  value(): Promise<any>;
  /** For an open-type button `allow: false` refuses, and `avatar` is the picture that is chosen. */
  tap(given?: { allow?: boolean; avatar?: any }): Promise<void>;
  /** Type a text; `review: false` has WeChat reject a nickname. */
  input(text: string, given?: { review?: boolean }): Promise<void>;
  callMethod(name: string, ...words: any[]): Promise<any>;
  data(path?: string): Promise<any>;
}
