// A realm of its own for one mini program in Node: other globals, and none of Node's.

import fs from 'node:fs';
import { createRequire } from 'node:module';
import vm from 'node:vm';

const require = createRequire(import.meta.url);
/** How long one stretch of a mini program's code may take, in milliseconds. */
export const LONGEST = 5000;

/**
 * @typedef {object} Realm
 * @property {object} global its global object
 * @property {(code: string, path: string) => any} evaluate
 * @property {(code: string, path: string) => Function} wrap a file's code as a function of require, module, exports
 * @property {(message: string) => Error} error an error of the realm
 * @property {() => void} [stop] ends the timers of its code
 * @property {{glassEasel: object, adapter: object}} core WeChat's component core, evaluated in the realm
 */

/** @returns {Realm} */
export function createRealm({ console }) {
  const context = vm.createContext({}, { codeGeneration: { strings: true, wasm: false } });
  const global = vm.runInContext('globalThis', context);
  const { stop, ...timers } = createTimers();
  for (const [name, value] of Object.entries({ console, ...timers })) {
    define(global, name, value);
  }
  define(global, 'global', vm.runInContext('({})', context));
  hideEvaluation(context);
  const evaluate = (code, path) => new vm.Script(code, { filename: path }).runInContext(context, { timeout: LONGEST });
  const core = loadCore(evaluate);
  return {
    global,
    evaluate,
    wrap: (code, path) => evaluate(`(function (require, module, exports) {'use strict';${code}\n})`, path),
    error: (message) => new global.Error(message),
    core,
    stop,
  };
}

/** The timers of one mini program, which `stop` ends; an interval does not keep Node from ending. */
function createTimers() {
  const running = new Set();
  const clear = (timer) => { running.delete(timer); clearTimeout(timer); };
  const keep = (timer) => { running.add(timer); return timer; };
  return {
    setTimeout(work, ...words) {
      const timer = keep(setTimeout((...given) => { running.delete(timer); work(...given); }, ...words));
      return timer;
    },
    setInterval: (...words) => keep(setInterval(...words).unref()),
    clearTimeout: clear,
    clearInterval: clear,
    stop: () => running.forEach(clear),
  };
}

/** `eval` and `new Function` do nothing at WeChat, but for the idiom that finds the global object. */
function hideEvaluation(context) {
  vm.runInContext(
    `(() => {
      const Real = Function;
      const global = globalThis;
      const Played = function (...words) {
        if (String(words.at(-1)).trim().replace(/;$/, '') === 'return this') return function () { return global; };
        return function () {};
      };
      Played.prototype = Real.prototype;
      Object.defineProperty(Real.prototype, 'constructor', { value: Played, writable: true, configurable: true });
      globalThis.Function = Played;
      delete globalThis.eval;
      delete globalThis.WebAssembly;
      delete globalThis.SharedArrayBuffer;
    })()`,
    context,
  );
}

function loadCore(evaluate) {
  const load = (name, required) => {
    const file = require.resolve(name);
    const module = { exports: {} };
    evaluate(`(function (module, exports, require) {${fs.readFileSync(file, 'utf8')}\n})`, file)(module, module.exports, required);
    return module.exports;
  };
  const glassEasel = load('glass-easel');
  const adapter = load('glass-easel-miniprogram-adapter', () => glassEasel);
  return { glassEasel, adapter };
}

function define(global, name, value) {
  Object.defineProperty(global, name, { value, writable: true, configurable: true, enumerable: true });
}
