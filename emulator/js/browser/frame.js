// A mini program in its frame: begins when the page hands over the files, and says what happens.

import { MiniProgram } from '../src/mini-program.js';
import { memoryReader } from '../src/reader.js';

import { createBridge, keptStorage } from './bridge.js';
import { userInterface } from './dialogs.js';
import { decorate } from './decorate.js';
import { createRealm } from './realm.js';
import { createScreen, Screen } from './screen.js';
import { createTemporary } from './temporary.js';
import { listenToTouches } from './touch.js';
import { listenToTyping } from './typing.js';

/** How often the page hears what the mini program's data are, in milliseconds. */
const BREATH = 200;
const played = globalThis.mockdoor;
delete globalThis.mockdoor;

addEventListener('message', (event) => {
  if (event.source !== globalThis.parent || event.data?.kind !== 'begin') return;
  event.stopImmediatePropagation();
  const [port] = event.ports;
  const bridge = createBridge(port);
  bridge.hear((message) => { if (message.kind === 'ping') bridge.tell('pong'); });
  port.start();
  begin(event.data, bridge).catch((error) => bridge.tell('problem', { message: error.message, file: error.file, line: error.line }));
}, { once: true });

async function begin(given, bridge) {
  const pictures = new Map([...given.pictures].map(([path, blob]) => [path, URL.createObjectURL(blob)]));
  const hooks = userInterface();
  const temporary = createTemporary(hooks.choose);
  const console = speakingConsole(bridge.tell);
  const app = new MiniProgram({
    files: memoryReader(given.files),
    played,
    base: given.base,
    persona: given.persona,
    scene: given.scene,
    backend: new Screen(),
    createRealm: () => createRealm({ console }),
    wx: {
      fetch: bridge.fetch,
      storage: keptStorage(given.storage, bridge.tell),
      listener: (event) => {
        temporary.hear(event);
        bridge.tell('wx', told(event));
      },
      ui: { ...hooks, choose: temporary.choose },
    },
  });
  const picture = (src) => (/^[a-z]+:/.test(src) ? temporary.place(src) ?? src : pictures.get(below(app.project.root, src)));
  const screen = createScreen(app, picture);
  decorate(document.getElementById('mockdoor-screen'), { app, picture });
  temporary.playAvatars(app);
  listenToTouches(app);
  listenToTyping(app);
  Object.assign(app.wx, titles(app, screen));
  follow(app, bridge.tell);
  await app.launch({ path: given.path, scene: given.scene });
  bridge.tell('started');
}

function below(root, src) {
  const path = src.replace(/^(?:\.?\.?\/)+/, '');
  return root ? `${root}/${path}` : path;
}

function titles(app, screen) {
  return {
    setNavigationBarTitle({ title, success, complete } = {}) {
      app.page.title = String(title ?? '');
      screen.show();
      const result = { errMsg: 'setNavigationBarTitle:ok' };
      setTimeout(() => { success?.(result); complete?.(result); });
      return success || complete ? undefined : Promise.resolve(result);
    },
  };
}

function told({ api, phase, argument, result }) {
  const text = (value) => {
    try {
      return JSON.stringify(value)?.slice(0, 2000);
    } catch {
      return String(value);
    }
  };
  return { api, phase, argument: text(argument), result: text(result), status: result?.statusCode };
}

function speakingConsole(tell) {
  const words = (value) => {
    if (typeof value === 'string') return value;
    if (value instanceof Error) return value.stack ?? String(value);
    try {
      return JSON.stringify(value) ?? String(value);
    } catch {
      return String(value);
    }
  };
  const write = (level) => (...given) => tell('console', { level, text: given.map(words).join(' ').slice(0, 5000) });
  return Object.fromEntries(['log', 'info', 'warn', 'error', 'debug', 'group', 'groupEnd', 'time', 'timeEnd', 'trace'].map((level) => [level, write(level)]));
}

/** Tell of data, errors and notes as they change. */
function follow(app, tell) {
  let errors = 0;
  let notes = 0;
  let last = '';
  setInterval(() => {
    for (; errors < app.errors.length; errors += 1) tell('error', { error: app.errors[errors] });
    for (; notes < app.notes.length; notes += 1) tell('note', { note: { id: app.notes[notes].id, values: JSON.stringify(app.notes[notes].values) } });
    if (!app.page) return;
    const state = JSON.stringify({ path: app.page.path, query: app.page.query, depth: app.routes.stack.length, data: app.page.instance.data });
    if (state !== last) tell('state', { state });
    last = state;
  }, BREATH);
  addEventListener('error', ({ message, filename, lineno }) => app.report(new Error(message), `${filename}:${lineno}`));
  addEventListener('unhandledrejection', ({ reason }) => app.report(reason, 'an unhandled rejection'));
}
