/** Promises about those modules of the pages that need no document; test_modules.py runs a copy of MOCKDOOR_STATIC. */

import assert from 'node:assert/strict';
import { join } from 'node:path';
import { test } from 'node:test';
import { pathToFileURL } from 'node:url';

// What i18n.js asks of a browser.
globalThis.localStorage = { getItem: () => null, setItem() {} };
Object.defineProperty(globalThis, 'navigator', { value: { language: 'en-US' }, configurable: true });

const load = (name) => import(pathToFileURL(join(process.env.MOCKDOOR_STATIC, name)));
const [{ setLanguage }, { Journal }, { failureOf, hasFailed, reasonOf }, { arrowsOf }] = await Promise.all(
  ['i18n.js', 'journal.js', 'outcome.js', 'sequence.js'].map(load),
);

const REFUSED = { id: 'wechat', params: {}, failed: true, en: '40029 invalid code', zh: '40029 code 无效' };
const FINE = { id: 'status', params: { said: 'ok' }, failed: false, en: 'ok', zh: '成功' };
const REASON = { id: 'unknown_code', params: {}, en: 'nobody was given it', zh: '没有人拿到过它' };

function exchange(number, extra = {}) {
  return {
    number, operation: 'casdoor.get_account', method: 'GET', path: '/api/get-account', query: '', inner: [],
    outcome: FINE, why: null, reason: null,
    request: { headers: [], body: '' }, ...extra, response: { status: 200, body: '{"status":"ok"}', ...extra.response },
  };
}

function inChinese(look) {
  setLanguage('zh');
  try {
    return look();
  } finally {
    setLanguage('en');
  }
}

const numbers = (journal) => journal.entries.map((entry) => entry.number);

// --- Outcomes ---

test('the outcome that the server decided is shown in English and in Chinese', () => {
  const refused = exchange(1, { outcome: REFUSED });

  const told = [hasFailed(refused), failureOf(refused), inChinese(() => failureOf(refused))];

  assert.deepEqual(told, [true, '40029 invalid code', '40029 code 无效']);
});

test('the outcome that the server decided stands above what the reply looks like', () => {
  const looksBad = exchange(1, { response: { status: 404, body: '{"error":"none"}' } });

  assert.deepEqual([hasFailed(looksBad), failureOf(looksBad)], [false, '']);
});

test('a failure without words is still a failure', () => {
  const silent = exchange(1, { outcome: { id: 'none', params: {}, failed: true, en: '', zh: '' } });

  assert.deepEqual([hasFailed(silent), failureOf(silent)], [true, 'failed']);
});

test('a reason is given in the language of the reader', () => {
  const entry = exchange(1, { why: 'nobody was given it', reason: REASON });

  assert.deepEqual([reasonOf(entry), inChinese(() => reasonOf(entry))], ['nobody was given it', '没有人拿到过它']);
});

test('without a reason there is nothing to say', () => {
  assert.equal(reasonOf(exchange(1)), '');
});

test('an arrow is marked by the outcome, and so is the one inside', () => {
  const inner = { operation: 'wechat.code2session', response: { status: 200, body: '{"openid":"o"}' }, outcome: REFUSED, reason: REASON };
  const entry = exchange(7, { outcome: { ...REFUSED, en: 'refused', zh: '被拒绝' }, inner: [inner] });

  const back = inChinese(() => arrowsOf([entry])).filter((arrow) => arrow.back).map(({ text, failed, why }) => ({ text, failed, why }));

  assert.deepEqual(back, [
    { text: '40029 code 无效', failed: true, why: '没有人拿到过它' },
    { text: '200 被拒绝', failed: true, why: '' },
  ]);
});

// --- The journal ---

test('an exchange that comes twice is kept once, as it came last', () => {
  const journal = new Journal(10);
  journal.add([exchange(1), exchange(2)]);

  const fresh = journal.add([exchange(2, { persona: 'bob' }), exchange(3)]);

  assert.deepEqual([numbers(journal), journal.entries[1].persona, fresh.map((entry) => entry.number)], [[1, 2, 3], 'bob', [3]]);
});

test('an exchange that comes late stands at its number', () => {
  const journal = new Journal(10);
  journal.add([exchange(2), exchange(10), exchange(4)]);

  journal.add([exchange(3)]);

  assert.deepEqual(numbers(journal), [2, 3, 4, 10]);
});

test('the newest exchanges are kept', () => {
  const journal = new Journal(2);

  journal.add([exchange(3), exchange(1), exchange(2)]);

  assert.deepEqual(numbers(journal), [2, 3]);
});

test('an exchange too old to be kept is not new', () => {
  const journal = new Journal(2);
  journal.add([exchange(2), exchange(3)]);

  const fresh = journal.add([exchange(1), exchange(4)]);

  assert.deepEqual(fresh.map((entry) => entry.number), [4]);
});

test('whoever looks at the newest exchange follows, and a late one does not lead back', () => {
  const journal = new Journal(10);
  journal.add([exchange(1)]);
  journal.add([exchange(3)]);

  journal.add([exchange(2)]);

  assert.equal(journal.current.number, 3);
});

test('whoever chose an older exchange stays there', () => {
  const journal = new Journal(10);
  journal.add([exchange(1), exchange(2)]);
  journal.choose(1);

  journal.add([exchange(3)]);

  assert.equal(journal.current.number, 1);
});

test('a journal that began anew knows nothing of its past', () => {
  const journal = new Journal(10);
  journal.add([exchange(1), exchange(2)]);
  journal.choose(1);

  journal.clear();
  journal.add([exchange(1)]);

  assert.deepEqual([numbers(journal), journal.current.number, journal.following], [[1], 1, true]);
});
