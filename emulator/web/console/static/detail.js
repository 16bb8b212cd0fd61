// One exchange closely: why, notes, what changed, headers, bodies, tokens, and the call inside it.

import { call } from './api.js';
import { copy, find, make } from './dom.js';
import { pick, t } from './i18n.js';
import { failureOf, hasFailed, reasonOf } from './outcome.js';

let asked = 0;

/** Show an entry of the journal; its tokens and curl line are fetched separately. */
export async function showDetail(entry) {
  asked += 1;
  const mine = asked;
  const place = find('detail');
  if (!entry) {
    place.replaceChildren(make('p', { class: 'quiet-text' }, t('choose')));
    return;
  }
  const more = make('div');
  place.replaceChildren(...parts(entry), more);
  try {
    const close = await call('GET', `journal/${entry.number}`);
    if (mine === asked) more.replaceChildren(...tokens(close.tokens), curl(close.curl));
  } catch { /* the journal has forgotten it meanwhile; the list's entry stays */ }
}

function parts(entry) {
  const failed = hasFailed(entry);
  const why = reasonOf(entry);
  return [
    make('p', { class: 'row' }, make('span', { class: failed ? 'badge bad' : 'badge' }, `${failed ? '✗' : '✓'} ${entry.response.status ?? '—'}`),
      make('strong', {}, `#${entry.number} ${entry.operation}`), entry.persona ? make('span', { class: 'badge note' }, entry.persona) : '',
      make('span', { class: 'quiet-text' }, entry.at)),
    failed ? make('p', {}, failureOf(entry)) : '',
    why ? make('p', { class: 'callout', 'data-testid': 'why' }, make('strong', {}, `${t('why')}: `), why) : '',
    entry.faults.length ? make('p', { class: 'callout' }, make('strong', {}, `${t('fault')}: `), entry.faults.join(', ')) : '',
    ...entry.notes.map((note) => make('p', { class: 'callout note' }, make('strong', {}, `${t('note')} (${note.id}): `), pick(note.en, note.zh) || '')),
    ...(entry.changes || []).map(change),
    ...side(t('request'), `${entry.method} ${entry.path}${entry.query ? `?${entry.query}` : ''}`, entry.request),
    ...entry.inner.flatMap((inner) => [...side(t('inner'), inner.url, inner.response), reasonOf(inner) ? make('p', { class: 'callout' }, reasonOf(inner)) : '']),
    ...side(t('response'), `${entry.response.status ?? ''} ${entry.response.failure || ''}`, entry.response),
  ].filter(Boolean);
}

function side(title, line, message) {
  return [
    make('h3', {}, title),
    make('pre', {}, line.trim()),
    make('details', {}, make('summary', {}, `${t('headers')} (${message.headers.length})`),
      make('pre', {}, message.headers.map(([name, value]) => `${name}: ${value}`).join('\n'))),
    message.body ? make('pre', { class: 'body' }, pretty(message.body)) : make('p', { class: 'quiet-text' }, t('empty')),
  ];
}

function pretty(body) {
  try { return JSON.stringify(JSON.parse(body), null, 2); } catch { return body; }
}

/** A table of what a call changed of a user. */
export function change(one) {
  const rows = Object.entries(one.fields).map(([name, { before, after }]) => make('tr', {},
    make('td', {}, name), one.created ? '' : make('td', { class: 'gone' }, shown(before)), make('td', { class: 'new' }, shown(after))));
  const head = make('tr', {}, ...['field', ...(one.created ? [] : ['before']), 'after'].map((key) => make('th', {}, t(key))));
  const title = make('h3', {}, t(one.created ? 'made' : one.deleted ? 'deleted' : 'changed', { user: one.user }));
  return make('div', { 'data-testid': 'change' }, title, make('table', {}, make('thead', {}, head), make('tbody', {}, ...rows)));
}

const shown = (value) => (typeof value === 'string' ? value || '""' : JSON.stringify(value));

const tokens = (found) => found.map((token) => make('details', { open: true, 'data-testid': 'token' },
  make('summary', {}, t('tokenIn', { where: token.where })), make('pre', {}, JSON.stringify(token.claims, null, 2))));

function curl(line) {
  const button = make('button', { 'data-testid': 'curl', onclick: () => copy(line, button, t('copied')) }, t('curl'));
  return make('p', {}, button);
}
