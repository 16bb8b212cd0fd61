// The timers of one mini program: numbered, limited, and stopped with it.

/**
 * @param {(work: () => any, where: string) => any} enter runs code of the mini program
 * @param {(error: any, where: string) => void} report
 * @returns {{functions: object, stop: () => void}} its four functions, and what ends them all
 */
export function createTimers(enter, report) {
  const running = new Map();
  let last = 0;

  function started(name, start, once) {
    return (callback, delay, ...words) => {
      last += 1;
      const id = last;
      const timer = start(() => {
        if (once) running.delete(id);
        attempt(name, callback, words);
      }, delay);
      if (!once) timer.unref?.(); // an interval does not keep Node from ending; a browser's is a number
      running.set(id, timer);
      return id;
    };
  }

  function attempt(name, callback, words) {
    if (typeof callback !== 'function') return;
    try {
      enter(() => callback(...words), `a callback of ${name}`);
    } catch (error) {
      report(error, name);
    }
  }

  function stopOne(id) {
    clearTimeout(running.get(id));
    running.delete(id);
  }

  return {
    functions: {
      setTimeout: started('setTimeout', setTimeout, true),
      setInterval: started('setInterval', setInterval, false),
      clearTimeout: stopOne,
      clearInterval: stopOne,
    },
    stop() {
      for (const id of [...running.keys()]) stopOne(id);
    },
  };
}
