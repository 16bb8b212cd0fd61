// What passes between a realm and the code around it: values are copied, functions wrapped, promises and errors made anew.
//
// A mini program that asks `result.constructor === Object` or `error instanceof Error` gets the answers of WeChat, and
// whatever calls it back runs inside its realm's limit.

/**
 * @param {import('./realm.js').Realm} realm
 * @returns {{inward: (value: any) => any, outward: (value: any, where?: string) => any}}
 */
export function createBridge(realm) {
  const { Object: OwnObject, Array: OwnArray, Promise: OwnPromise, Error: OwnError } = realm.global;
  const enter = realm.enter ?? ((work) => work());
  const inside = new WeakMap();
  const outside = new WeakMap();
  const wrapped = realm.evaluate('((call) => function (...words) { return call(words); })', 'bridge');

  /** A value from outside as the mini program sees it. */
  function inward(value) {
    if (typeof value === 'function') return kept(inside, value, () => wrapped((words) => called(value, words)));
    if (value === null || typeof value !== 'object') return value;
    if (value instanceof Promise) return new OwnPromise((resolve, reject) => settleInside(value, resolve, reject));
    if (value instanceof Error) return Object.assign(new OwnError(value.message), fields(value));
    if (value instanceof ArrayBuffer) return copiedBuffer(value);
    if (Array.isArray(value)) return value instanceof Array ? OwnArray.from(value, inward) : value;
    const prototype = Object.getPrototypeOf(value);
    return prototype === Object.prototype || prototype === null ? Object.assign(new OwnObject(), fields(value)) : value;
  }

  function fields(value) {
    return Object.fromEntries(Object.entries(value).map(([name, one]) => [name, inward(one)]));
  }

  function copiedBuffer(buffer) {
    const copy = new realm.global.ArrayBuffer(buffer.byteLength);
    new Uint8Array(copy).set(new Uint8Array(buffer));
    return copy;
  }

  function called(outer, words) {
    try {
      return inward(outer(...words.map((word) => outward(word, outer.name))));
    } catch (error) {
      throw inward(error);
    }
  }

  function settleInside(promise, resolve, reject) {
    promise.then((value) => enter(() => resolve(inward(value))), (error) => enter(() => reject(inward(error))));
  }

  /** A value of the mini program as the code around it may call it; of an object, the functions that it holds. */
  function outward(value, where = 'wx') {
    if (typeof value === 'function') return kept(outside, value, () => callback(value, where));
    if (value === null || typeof value !== 'object') return value;
    if (Object.getPrototypeOf(value) !== OwnObject.prototype) return value;
    return Object.fromEntries(Object.entries(value).map(([name, one]) => (
      [name, typeof one === 'function' ? callback(one, `${name} of wx.${where}`) : one])));
  }

  function callback(inner, where) {
    return (...words) => enter(() => inner(...words.map(inward)), where);
  }

  return { inward, outward };
}

function kept(store, key, make) {
  if (!store.has(key)) store.set(key, make());
  return store.get(key);
}
