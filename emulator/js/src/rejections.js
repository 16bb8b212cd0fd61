// Rejections that no code of a mini program handles: they are its errors, not those of the Node process around it.
//
// Node tells of them by one event of the process, and ends the process (or a test runner fails its test) where any
// listener hears of it. So the event is looked at before the listeners are.

const watched = new Map();
let before;

/**
 * @param {Function} OwnPromise the Promise of a realm
 * @param {(reason: any, promise: Promise) => void} rejected
 * @returns {() => void} stops watching
 */
export function watchRejections(OwnPromise, rejected) {
  watched.set(OwnPromise, rejected);
  if (!before) install();
  return () => { watched.delete(OwnPromise); };
}

function install() {
  before = process.emit;
  process.emit = function (event, reason, promise, ...more) {
    if (event === 'unhandledRejection' || event === 'rejectionHandled') {
      const about = event === 'rejectionHandled' ? reason : promise;
      for (const [OwnPromise, rejected] of watched) {
        if (!(about instanceof OwnPromise)) continue;
        if (event === 'unhandledRejection') rejected(reason, promise);
        return true;
      }
    }
    return before.call(this, event, reason, promise, ...more);
  };
}
