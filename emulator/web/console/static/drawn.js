// A mini program that is drawn in a frame: the page's half of the wire. The frame is an origin of its own, so that the
// mini program's code reaches the emulator only by what is answered here.

import { address, base, token } from './api.js';
import { make } from './dom.js';

/** The control calls that wx makes by itself; a mini program gets no other. */
const CONTROL = {
  'login-codes': 'POST', 'phone-codes': 'POST', 'user-info': 'POST', permits: 'POST', personas: 'GET',
};
/** How long a frame may be silent before it is taken away, in milliseconds: its code loops. */
const LONGEST = 5000;

/** Return why a request of a mini program is not made for it; '' when it is. */
export function refusalOf(url, method) {
  let target;
  try {
    target = new URL(url);
  } catch {
    return `${url} is no address`;
  }
  if (target.origin !== location.origin) return '';
  const path = decoded(target.pathname);
  if (!path.includes('/_emulator')) return '';
  const call = path.startsWith(`${base}/_emulator/`) ? path.slice(`${base}/_emulator/`.length) : undefined;
  const isPicture = /^(?:assets|avatars)\/[\w-]+\.svg$/.test(call ?? '') && method === 'GET';
  return isPicture || (Object.hasOwn(CONTROL, call ?? '') && CONTROL[call] === method) ? '' : 'a mini program may not use the control API of the emulator';
}

/** Return a path as the server reads it; one that cannot be decoded is taken for the control API's. */
function decoded(path) {
  try {
    return decodeURIComponent(path).replace(/\/{2,}/g, '/');
  } catch {
    return '/_emulator';
  }
}

async function fetched({ url, method, headers, body }) {
  const refusal = refusalOf(url, method);
  if (refusal) return { error: refusal };
  const isControl = new URL(url).pathname.startsWith(`${base}/_emulator/`);
  const more = isControl && token() ? { 'X-Mockdoor-Token': token() } : {};
  try {
    const answer = await fetch(url, { method, headers: { ...headers, ...more }, body, credentials: 'omit', cache: 'no-store' });
    const again = answer.redirected ? refusalOf(answer.url, 'GET') : '';
    if (again) return { error: again };
    return { status: answer.status, statusText: answer.statusText, headers: [...answer.headers], body: await answer.arrayBuffer() };
  } catch (error) {
    return { error: error.message };
  }
}

const storageName = (persona) => `mockdoor.drawn:${base}:${persona}`;

export function storedBy(persona) {
  return JSON.parse(localStorage.getItem(storageName(persona)) || '{}');
}

export function clearStored(persona) {
  localStorage.removeItem(storageName(persona));
}

function store(persona, { key, value }) {
  const items = storedBy(persona);
  if (value === undefined) delete items[key];
  else items[key] = value;
  localStorage.setItem(storageName(persona), JSON.stringify(items));
}

/**
 * Run a mini program in a new frame inside `holder`; `hear` is given each message of it.
 *
 * @param {{holder: Element, files: object, pictures: Map<string, Blob>, persona: string, path?: string, hear: Function}} given
 * @returns {{stop: Function}}
 */
export function startDrawn({ holder, files, pictures, persona, path, hear }) {
  const frame = make('iframe', { sandbox: 'allow-scripts', src: './mini-program-frame', title: 'WeChat', 'data-testid': 'frame' });
  const { port1: port, port2 } = new MessageChannel();
  let waiting = 0;
  const stop = () => {
    clearInterval(pulse);
    port.close();
    frame.remove();
  };
  const pulse = setInterval(() => {
    if (waiting && Date.now() - waiting > LONGEST) {
      stop();
      hear({ kind: 'problem', message: `the mini program's code ran for more than ${LONGEST / 1000} seconds without a pause; it was stopped` });
    } else if (!waiting) {
      waiting = Date.now();
      port.postMessage({ kind: 'ping' });
    }
  }, 500);

  port.onmessage = async ({ data }) => {
    if (data.kind === 'pong') waiting = 0;
    else if (data.kind === 'fetch') port.postMessage({ kind: 'answer', id: data.id, ...await fetched(data) });
    else {
      if (data.kind === 'storage') store(persona, data);
      hear(data);
    }
  };
  frame.addEventListener('load', () => {
    frame.contentWindow.postMessage({ kind: 'begin', files, pictures, persona, path, base: address, storage: storedBy(persona) }, '*', [port2]);
  }, { once: true });
  holder.replaceChildren(frame);
  return { stop };
}
