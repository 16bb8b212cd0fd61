// The drawn mini program on the phone, and its data, storage, console and network beside it.

import { find, make } from './dom.js';
import { t } from './i18n.js';
import { clearStored, startDrawn, storedBy } from './drawn.js';

const MAX_CALLS = 100;
/** The calls of wx that ask somebody else than the phone. */
const NETWORK = new Set(['request', 'uploadFile', 'downloadFile', 'login', 'getUserProfile', 'getUserInfo', 'requestSubscribeMessage']);

let running = null;
let tool = 'data';
let state = {};
let calls = [];
let person = '';

export const isPlaying = () => Boolean(running);

/** Draw a mini program's pages on the phone; `say` prints a line of the console. */
export function play({ files, pictures, persona, say }) {
  stop();
  person = persona;
  state = {};
  calls = [];
  document.querySelector('main').classList.add('playing');
  find('drawn').hidden = false;
  find('tools').hidden = false;
  running = startDrawn({ holder: find('drawn'), files, pictures, persona, hear: (message) => HEARD[message.kind]?.(message, say) });
  showTool();
}

/** Take the mini program off the phone. */
export function stop() {
  running?.stop();
  running = null;
  document.querySelector('main').classList.remove('playing');
  find('drawn').hidden = true;
  find('tools').hidden = true;
}

const HEARD = {
  console: ({ level, text }, say) => say(text, level === 'error' ? 'bad' : ''),
  problem: ({ message }, say) => say(message, 'bad'),
  error: ({ error: { message, where, file, line } }, say) => say([placeOf(file, line) || where, message].filter(Boolean).join(': '), 'bad'),
  note: ({ note: { id, values } }, say) => say(`note ${id} ${values}`, ''),
  state: (message) => {
    state = JSON.parse(message.state);
    showTool();
  },
  storage: () => showTool(),
  wx: (call, say) => {
    if (call.phase === 'call') return;
    if (NETWORK.has(call.api)) calls = [...calls, call].slice(-MAX_CALLS);
    if (call.phase === 'fail') say(`wx.${call.api} → ${call.result}`, 'bad');
    showTool();
  },
};

const placeOf = (file, line) => (file && line ? `${file}:${line}` : file);

const DRAWN = {
  data: () => make('pre', { 'data-testid': 'page-data' }, JSON.stringify(state.data ?? {}, null, 2)),
  storage: () => make('div', {},
    table(['', ''], Object.entries(storedBy(person)).map(([key, value]) => [key.split(':').slice(3).join(':'), value.slice(1)])),
    make('button', { onclick: () => { clearStored(person); showTool(); } }, t('clearStorage'))),
  network: () => table(['wx', '', ''], calls.map(({ api, phase, argument, result, status }) => [
    api, status ?? phase, `${urlOf(argument)} ${result ?? ''}`.slice(0, 300), phase === 'fail' || status >= 400,
  ])),
};

function urlOf(argument) {
  return /"url":"([^"]*)"/.exec(argument ?? '')?.[1] ?? '';
}

function table(heads, rows) {
  return make('table', {}, make('tbody', {}, rows.map((row) => make('tr', { class: row[heads.length] === true ? 'bad' : undefined },
    row.slice(0, heads.length).map((cell) => make('td', {}, String(cell)))))));
}

export function showTool(chosen = tool) {
  tool = chosen;
  for (const button of document.querySelectorAll('[data-tool]')) button.setAttribute('aria-selected', String(button.dataset.tool === tool));
  find('route').textContent = state.path ?? '';
  find('tool').replaceChildren(DRAWN[tool]());
}
