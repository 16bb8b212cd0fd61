// Event channels between a page and the one that it opened with wx.navigateTo.

/**
 * @param {import('./realm.js').Realm} realm
 */
export function createChannels(realm) {
  const { Object: OwnObject } = realm.global;
  const waiting = [];

  /** Two ends; what one emits, the other one's listeners hear. */
  function pair() {
    const opener = createEnd(new OwnObject());
    const opened = createEnd(new OwnObject());
    opener.other = opened;
    opened.other = opener;
    return { opener: opener.outside, opened: opened.outside };
  }

  /** Begin a navigateTo: the channel is handed to the page that it makes. */
  function begin(events) {
    const channel = pair();
    for (const [name, listener] of Object.entries(events ?? {})) channel.opener.on(name, listener);
    waiting.push(channel);
    return channel;
  }

  return { begin, opening: () => waiting.shift()?.opened, empty: () => new OwnObject() };
}

function createEnd(outside) {
  const listeners = [];
  const end = { outside, other: undefined };
  const remove = (fits) => {
    for (let index = listeners.length - 1; index >= 0; index -= 1) if (fits(listeners[index])) listeners.splice(index, 1);
  };
  end.hear = (name, words) => {
    for (const one of listeners.filter((listener) => listener.name === name)) {
      if (one.once) remove((other) => other === one);
      one.callback(...words);
    }
  };
  Object.assign(outside, {
    on: (name, callback) => { listeners.push({ name, callback }); },
    once: (name, callback) => { listeners.push({ name, callback, once: true }); },
    off: (name, callback) => remove((one) => one.name === name && (!callback || one.callback === callback)),
    emit: (name, ...words) => end.other.hear(name, words),
  });
  return end;
}
