// The inbox: the subscribe messages that WeChat would have delivered, the newest first.

import { call } from './api.js';
import { breakable, find, make } from './dom.js';
import { language, t } from './i18n.js';
import { picture } from './people.js';

const MAX_SHOWN = 100;
let drawn = '';

export async function showMessages() {
  const { messages } = await call('GET', 'messages');
  const state = JSON.stringify([language(), messages]);
  if (state === drawn) return;
  drawn = state;
  if (!messages.length) {
    find('messages').replaceChildren(make('p', { class: 'quiet-text' }, t('noMessages')));
    return;
  }
  if (!find('inbox')) find('messages').replaceChildren(...emptyInbox());
  const shown = messages.slice(0, MAX_SHOWN);
  find('message-count').textContent = t(shown.length === messages.length ? 'messageCount' : 'messagesShown', { n: messages.length, shown: shown.length });
  find('inbox').setAttribute('aria-label', t('messages'));
  fill(find('inbox'), shown.map(message));
}

function emptyInbox() {
  return [make('p', { id: 'message-count', class: 'quiet-text', 'data-testid': 'message-count' }), make('ol', { id: 'inbox', class: 'inbox', tabindex: '0', 'data-testid': 'inbox' })];
}

/** Fill the list; whoever reads an old message stays there, since new ones come in above it. */
function fill(list, items) {
  const [place, height] = [list.scrollTop, list.scrollHeight];
  list.replaceChildren(...items);
  if (place > 0) list.scrollTop = place + list.scrollHeight - height;
}

function message(one) {
  const known = ['developer', 'trial'].includes(one.miniprogram_state); // a backend may send any text
  const state = one.miniprogram_state === 'formal' ? '' : make('span', { class: 'badge note' }, known ? t(`state.${one.miniprogram_state}`) : one.miniprogram_state);
  return make('li', { 'data-testid': 'message' },
    make('img', { src: picture(one.persona), alt: '' }),
    make('div', {}, make('strong', {}, one.persona), make('small', {}, make('time', { datetime: one.at }, shownTime(one.at))), make('small', { class: 'template' }, one.template)),
    make('dl', {}, ...Object.entries(one.data).map(([key, value]) => make('div', {}, make('dt', {}, ...breakable(key)), make('dd', {}, value)))),
    one.page || state ? make('p', { class: 'row' }, one.page ? make('small', {}, t('opens', { page: one.page })) : '', state) : '');
}

/** An instant as the page's clock shows it. */
const shownTime = (at) => `${at.slice(0, 19).replace('T', ' ')} UTC`;
