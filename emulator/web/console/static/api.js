// Calls of the control API, and the wait for news of this world.

const page = new URL('.', location.href);

/** The world's address under this server: '' for main, '/@t1' for world t1. */
export const base = page.pathname.replace(/\/_emulator\/.*$/, '').replace(/\/$/, '');
/** The world's whole address, as CASDOOR_HOSTNAME wants it. */
export const address = location.origin + base;

const hash = new URLSearchParams(location.hash.slice(1));
if (hash.get('token')) {
  sessionStorage.setItem('mockdoor.token', hash.get('token'));
  history.replaceState(null, '', location.pathname);
}

export const token = () => sessionStorage.getItem('mockdoor.token') || '';

/** An answer that is not a success; `status` is 0 when there was none. */
export class Refused extends Error {
  constructor(status, message) {
    super(message);
    this.status = status;
  }
}

/** Make a control call of this world (`root`: of the server) and return its JSON, or its text when it is not JSON. */
export async function call(method, path, body, { signal, root = false } = {}) {
  const headers = token() ? { 'X-Mockdoor-Token': token() } : {};
  let answer;
  try {
    answer = await fetch(`${root ? '' : base}/_emulator/${path}`, {
      method, headers, signal, body: body === undefined ? undefined : JSON.stringify(body),
    });
  } catch (error) {
    if (error.name === 'AbortError') throw error;
    throw new Refused(0, 'no answer');
  }
  const text = await answer.text();
  let parsed = text;
  try { parsed = JSON.parse(text); } catch { /* a scenario is not JSON */ }
  if (!answer.ok) throw new Refused(answer.status, parsed.message || `${answer.status}`);
  return parsed;
}

/** Milliseconds between two looks, so that a burst of requests is shown in one go and not slowed down. */
const BREATH = 400;

const watchers = new Set();
let running = false;

/**
 * Call `listener({entries, restarted, changed, connected})` with new exchanges, after a reset (`restarted`), and
 * whenever anything else of the world changed. Hidden pages do not wait, so that they hold no connection.
 */
export function watch(listener) {
  watchers.add(listener);
  if (!running) follow();
  return () => watchers.delete(listener);
}

const notify = (news) => watchers.forEach((listener) => listener({ entries: [], restarted: false, changed: false, connected: true, ...news }));
const visible = () => document.visibilityState === 'visible'
  ? Promise.resolve()
  : new Promise((resolve) => document.addEventListener('visibilitychange', resolve, { once: true }));
const pause = (ms) => new Promise((resolve) => { setTimeout(resolve, ms); });

async function follow() {
  running = true;
  let after = 0;
  let revision = -1;
  let epoch = -1;
  let broken = 0;
  for (;;) {
    await visible();
    try {
      const query = revision < 0 ? 'journal?limit=300' : `journal?after=${after}&revision=${revision}&newest=50&wait=20`;
      let news = await call('GET', query);
      const restarted = revision < 0 || news.epoch !== epoch;
      if (restarted && revision >= 0) news = await call('GET', 'journal?limit=300');
      const changed = restarted || broken > 0 || news.revision !== revision;
      after = news.last;
      revision = news.revision;
      epoch = news.epoch;
      broken = 0;
      notify({ entries: news.exchanges, restarted, changed });
      await pause(BREATH);
    } catch (error) {
      broken += 1;
      notify({ connected: false, error });
      await pause(Math.min(500 * 2 ** broken, 8000));
    }
  }
}
