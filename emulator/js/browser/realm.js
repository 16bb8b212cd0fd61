// The realm of one mini program in a browser: the frame itself, without what a browser adds to the language.

import * as glassEasel from 'glass-easel';
import * as adapter from 'glass-easel-miniprogram-adapter';

/** How long the page waits for a sign of life before it takes the frame away, in milliseconds. */
export const LONGEST = 5000;
/** Names of the browser that code at WeChat does not find; each file's code sees them undefined. */
const HIDDEN = [
  'window', 'self', 'document', 'parent', 'top', 'frames', 'opener', 'frameElement', 'location', 'history', 'navigator',
  'postMessage', 'addEventListener', 'removeEventListener', 'fetch', 'XMLHttpRequest', 'WebSocket', 'EventSource', 'FormData', 'URL',
  'URLSearchParams', 'localStorage', 'sessionStorage', 'indexedDB', 'caches', 'atob', 'btoa', 'alert', 'confirm', 'prompt',
  'open', 'close', 'name', 'event', 'requestAnimationFrame', 'cancelAnimationFrame', 'Worker', 'Image', 'MutationObserver',
  'customElements', 'crypto', 'process', 'Buffer', 'mockdoor', 'eval', 'WebAssembly', 'SharedArrayBuffer',
];
const evaluateHere = globalThis.eval;

/** @returns {import('../src/realm.js').Realm} */
export function createRealm({ console }) {
  const global = globalThis;
  for (const [name, value] of Object.entries({ console, global: {} })) {
    Object.defineProperty(global, name, { value, writable: true, configurable: true, enumerable: true });
  }
  hideEvaluation();
  const evaluate = (code, path) => evaluateHere(`${code}\n//# sourceURL=${path}`);
  return {
    global,
    evaluate,
    wrap: (code, path) => evaluate(
      `(function (${HIDDEN.join(',')}) { return function (require, module, exports) {'use strict';${code}\n} })`, path,
    )(),
    error: (message) => new Error(message),
    core: { glassEasel, adapter },
  };
}

/** `eval` and `new Function` do nothing at WeChat, but for the idiom that finds the global object. */
function hideEvaluation() {
  const Real = Function;
  const Played = function (...words) {
    if (String(words.at(-1)).trim().replace(/;$/, '') === 'return this') return () => globalThis;
    return () => undefined;
  };
  Played.prototype = Real.prototype;
  Object.defineProperty(Real.prototype, 'constructor', { value: Played, writable: true, configurable: true });
  globalThis.Function = Played;
}
