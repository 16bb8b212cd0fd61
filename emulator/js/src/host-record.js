// What a mini program has shown, asked and stored since a step began, as plain values.

/** @returns {object} begin(), follow(app), hear(event), state(app, storage), waiting() */
export function createRecord() {
  let seen = { toast: null, loading: null, modal: null, requests: [] };
  let marks = { errors: 0, output: 0 };
  let app;
  const open = new Map();

  const heard = {
    showToast: ({ argument }) => { seen.toast = argument?.title ?? null; },
    showLoading: ({ argument }) => { seen.loading = argument?.title ?? null; },
    showModal: ({ argument }) => { seen.modal = argument ?? null; },
  };

  function request({ phase, argument, result }) {
    if (phase === 'call') {
      const { url, method = 'GET', data, header } = argument ?? {};
      const one = { url, method: String(method).toUpperCase(), data, header, status: null, reply: null };
      open.set(argument, one);
      seen.requests.push(one);
      return;
    }
    const one = open.get(argument);
    open.delete(argument);
    if (one) Object.assign(one, phase === 'success' ? { status: result.statusCode, reply: result.data } : { reply: result.errMsg });
  }

  return {
    /** Forget what was seen before this step. */
    begin() {
      seen = { toast: null, loading: null, modal: null, requests: [] };
      marks = { errors: app?.errors.length ?? 0, output: app?.output.length ?? 0 };
    },
    /** Read the errors and the console of this mini program from now on. */
    follow(started) {
      app = started;
      marks = { errors: 0, output: 0 };
    },
    hear(event) {
      if (event.api === 'request' || event.api === 'uploadFile' || event.api === 'downloadFile') request(event);
      else if (event.phase === 'call') heard[event.api]?.(event);
    },
    /** @returns {object} what `expect` and `capture` look at */
    state(shown, storage) {
      return plain({
        page: shown.page?.path ?? '',
        query: shown.page?.query ?? {},
        data: shown.page?.instance.data ?? {},
        text: shown.page ? shown.text : '',
        outline: shown.page ? shown.outline : '',
        ...seen,
        storage: storedBy(shown, storage),
        errors: shown.errors.slice(marks.errors),
        console: shown.output.slice(Math.min(marks.output, shown.output.length)),
        notes: shown.notes.map(({ id }) => id),
      });
    },
    /** @returns {string} what still keeps the mini program busy */
    waiting() {
      const urls = [...open.values()].map(({ url }) => url);
      return urls.length ? `it still waits for ${urls.join(', ')}` : 'it does not come to rest: its calls and timers go on';
    },
  };
}

/** The stored values of the mini program's own person, read behind its back. */
function storedBy({ wx }, storage) {
  const found = {};
  const { keys } = wx.getStorageInfoSync();
  for (const key of keys) found[key] = wx.getStorageSync(key);
  return storage.length ? found : {};
}

/** A value as JSON holds it; what JSON does not know is named. */
function plain(value) {
  const above = [];
  return JSON.parse(JSON.stringify(value, function (key, one) {
    while (above.length && above.at(-1) !== this) above.pop();
    if (typeof one === 'bigint') return String(one);
    if (typeof one === 'function') return '[function]';
    if (one === null || typeof one !== 'object') return one;
    if (above.includes(one)) return '[circular]';
    above.push(one);
    return one;
  }));
}
