// The frame's half of the wire to the page: messages, and requests that the page makes for the frame.

/** @param {MessagePort} port */
export function createBridge(port) {
  const waiting = new Map();
  let count = 0;

  port.addEventListener('message', ({ data }) => {
    if (data.kind !== 'answer') return;
    waiting.get(data.id)?.(data);
    waiting.delete(data.id);
  });

  const tell = (kind, more = {}) => port.postMessage({ kind, ...more });

  /** Has the shape of `fetch`; the page decides what may be asked. */
  async function fetch(url, { method = 'GET', headers = {}, body, signal } = {}) {
    signal?.throwIfAborted();
    count += 1;
    const id = count;
    tell('fetch', { id, url: String(url), method, headers: { ...headers }, body: body ?? undefined });
    const answer = await new Promise((resolve, reject) => {
      waiting.set(id, resolve);
      signal?.addEventListener('abort', () => reject(signal.reason), { once: true });
    });
    if (answer.error) throw new TypeError(answer.error);
    const empty = [204, 205, 304].includes(answer.status);
    return new Response(empty ? null : answer.body, { status: answer.status, statusText: answer.statusText, headers: answer.headers });
  }

  return { tell, fetch, hear: (listener) => port.addEventListener('message', ({ data }) => listener(data)) };
}

/** Storage that the page keeps: what it held at the start, and word of each change. */
export function keptStorage(items, tell) {
  const kept = new Map(Object.entries(items));
  return {
    get length() { return kept.size; },
    key: (index) => [...kept.keys()][index] ?? null,
    getItem: (key) => kept.get(key) ?? null,
    setItem: (key, value) => {
      kept.set(key, String(value));
      tell('storage', { key, value: String(value) });
    },
    removeItem: (key) => {
      kept.delete(key);
      tell('storage', { key });
    },
  };
}
