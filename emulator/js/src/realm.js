// A realm of its own for one mini program in Node: other globals, none of Node's, and a limit on how long code runs.

import fs from 'node:fs';
import { createRequire } from 'node:module';
import vm from 'node:vm';

import { createClock, guardLoops, TURN } from './loop-guard.js';
import { Problem } from './problem.js';
import { watchRejections } from './rejections.js';
import { createTimers } from './timers.js';

const require = createRequire(import.meta.url);
/** How long one stretch of a mini program's code may take, in milliseconds. */
export const LONGEST = 5000;
/** Where the entry of a realm lies; a name that no mini program has. */
const ENTRY = '__mockdoorEntry__';
const enterScript = new vm.Script(`${ENTRY}()`, { filename: 'mockdoor' });

/**
 * @typedef {object} Realm
 * @property {object} global its global object
 * @property {(expression: string, path: string) => any} evaluate
 * @property {(code: string, path: string) => Function} wrap a file's code as a function of require, module, exports
 * @property {(message: string) => Error} error an error of the realm
 * @property {(work: () => any, where?: string) => any} enter runs code of the mini program, then what its promises
 *   have become due for; throws Problem when that does not end
 * @property {() => void} close stops its timers
 * @property {{glassEasel: object, adapter: object}} core WeChat's component core, evaluated in the realm
 */

/**
 * @param {object} options
 * @param {object} options.console
 * @param {(error: any, where: string) => void} [options.report] hears of errors in timers
 * @param {(reason: any, promise: Promise) => void} [options.rejected] hears of rejections that nobody handles
 * @param {number} [options.longest] the limit on one stretch of code, in milliseconds
 * @returns {Realm}
 */
export function createRealm({ console, report = () => {}, rejected = () => {}, longest = LONGEST }) {
  const context = vm.createContext({}, { codeGeneration: { strings: true, wasm: false }, microtaskMode: 'afterEvaluate' });
  const global = vm.runInContext('globalThis', context);
  const enter = createEntry(context, global, longest);
  const timers = createTimers(enter, report);
  for (const [name, value] of Object.entries({ console, ...timers.functions })) define(global, name, value);
  define(global, 'global', vm.runInContext('({})', context));
  hideEvaluation(context);
  const compiled = (code, path, words = []) => vm.compileFunction(code, words, { filename: path, parsingContext: context });
  const evaluate = (expression, path) => enter(compiled(`return (${expression}\n)`, path), path);
  const forget = watchRejections(global.Promise, (reason, promise) => enter(() => rejected(reason, promise), 'a rejection'));
  return {
    global,
    evaluate,
    wrap: (code, path) => compiled(`'use strict';${guardLoops(code)}\n`, path, ['require', 'module', 'exports']),
    error: (message) => new global.Error(message),
    enter,
    core: loadCore(evaluate),
    close() {
      timers.stop();
      forget();
    },
  };
}

/** All code of a realm runs below one script with a limit: calls from outside, timers, and what promises lead to. */
function createEntry(context, global, longest) {
  const places = [];
  const sentence = () => `${places.at(-1)} ran for ${longest / 1000} s and was stopped; is there an endless loop?`;
  const clock = createClock(longest, () => { throw new global.Error(sentence()); });
  let work;
  Object.defineProperty(global, TURN, { value: clock.turn, enumerable: false });
  Object.defineProperty(global, ENTRY, { value: () => work(), enumerable: false });

  function limited(inner, where) {
    work = inner;
    places.push(where);
    try {
      clock.begin();
      return enterScript.runInContext(context, { timeout: longest * 2 }); // loops stop before
    } catch (error) {
      if (error?.code !== 'ERR_SCRIPT_EXECUTION_TIMEOUT') throw error;
      // What was stopped has run no `finally`, so that the last place is where it was.
      throw new Problem(sentence());
    } finally {
      places.length = 0;
    }
  }

  return (inner, where = 'code') => {
    if (!places.length) return limited(inner, where);
    places.push(where);
    try {
      return inner();
    } finally {
      places.pop();
    }
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
    evaluate(`function (module, exports, require) {${fs.readFileSync(file, 'utf8')}\n}`, file)(module, module.exports, required);
    return module.exports;
  };
  const glassEasel = load('glass-easel');
  const adapter = load('glass-easel-miniprogram-adapter', () => glassEasel);
  return { glassEasel, adapter };
}

function define(global, name, value) {
  Object.defineProperty(global, name, { value, writable: true, configurable: true, enumerable: true });
}
