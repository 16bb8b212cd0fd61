// The panels of people, and of Casdoor's users and tokens.

import { base, call } from './api.js';
import { copy, find, make } from './dom.js';
import { t } from './i18n.js';

export async function showPeople({ run }) {
  const { personas } = await call('GET', 'personas');
  const kept = find('people').contains(document.activeElement) ? document.activeElement.dataset.keep : null;
  if (kept === 'form') return; // somebody is typing a new person
  find('people').replaceChildren(make('p', { class: 'quiet-text' }, t('peopleHelp')), ...personas.map((one) => person(one, run)), form(run));
  if (kept) find('people').querySelector(`[data-keep="${CSS.escape(kept)}"]`)?.focus();
}

function person(one, run) {
  const code = make('pre', { hidden: true, 'data-testid': `code-${one.name}` });
  const take = make('button', {
    'data-keep': `take-${one.name}`,
    onclick: () => run(async () => {
      const given = await call('POST', 'login-codes', { persona: one.name });
      code.textContent = given.code;
      code.hidden = false;
      await copy(given.code, take, t('copied'));
    }, { quiet: true }),
  }, t('takeCode'));
  const choose = one.signed_in
    ? make('span', { class: 'badge' }, t('signedIn'))
    : make('button', { 'data-testid': `persona-${one.name}`, 'data-keep': `in-${one.name}`, onclick: () => run(() => call('PUT', 'signed-in', { persona: one.name })) }, t('signIn'));
  return make('div', { class: 'person' },
    make('img', { src: picture(one.name), alt: '' }),
    make('div', {}, make('strong', {}, one.name), ` ${one.nickname}`, make('small', {}, Object.values(one.openids)[0] || '')),
    make('div', { class: 'row' }, choose, take), code);
}

export const picture = (name) => `${base}/_emulator/avatars/${encodeURIComponent(name)}.svg`;

function form(run) {
  const name = make('input', { 'aria-label': t('personaName'), placeholder: t('personaName'), 'data-keep': 'form', required: true, 'data-testid': 'new-persona' });
  const nickname = make('input', { 'aria-label': t('nickname'), placeholder: t('nickname'), 'data-keep': 'form' });
  const add = (event) => {
    event.preventDefault();
    document.activeElement.blur();
    run(() => call('PUT', `personas/${encodeURIComponent(name.value)}`, nickname.value ? { nickname: nickname.value } : {}));
  };
  return make('form', { class: 'stack', onsubmit: add }, make('h3', {}, t('addPersona')), name, nickname, make('button', {}, t('add')));
}

export async function showUsers() {
  const [{ users }, { tokens }] = await Promise.all([call('GET', 'users'), call('GET', 'tokens')]);
  find('users').replaceChildren(
    ...(users.length ? users.map(user) : [make('p', { class: 'quiet-text' }, t('noUsers'))]),
    make('h3', {}, t('tokens')),
    ...(tokens.length ? tokens.slice(0, 50).map(token) : [make('p', { class: 'quiet-text' }, t('noTokens'))]),
  );
}

function user(one) {
  const marks = ['admin', 'deleted', 'forbidden'].filter((mark) => one[mark]);
  const details = [one.persona, one.wechat, one.phone, one.email].filter(Boolean).join(' · ');
  const own = one.avatar.startsWith(location.origin) || one.avatar.startsWith('data:');
  return make('div', { class: 'user', 'data-testid': 'user' },
    make('img', { src: own ? one.avatar : one.persona ? picture(one.persona) : './assets/anonymous.svg', alt: '' }),
    make('div', {}, make('strong', {}, one.displayName || one.id), make('small', {}, one.id), make('small', {}, details)),
    marks.length ? make('div', { class: 'row' }, ...marks.map((mark) => make('span', { class: 'badge bad' }, t(mark)))) : '');
}

function token(one) {
  const state = one.state === 'live' ? 'live_' : one.state;
  return make('div', { class: 'row', 'data-testid': 'token-row' },
    make('span', { class: one.state === 'live' ? 'badge' : 'badge bad' }, t(state)),
    make('span', {}, one.user), make('small', { class: 'quiet-text' }, t('until', { at: one.expires_at.replace('T', ' ').slice(0, 16) })));
}
