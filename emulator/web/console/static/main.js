// The console: it watches one world and shows what it hears.

import { address, call, token, watch } from './api.js';
import { showDetail } from './detail.js';
import { copy, find, make } from './dom.js';
import { Exchanges } from './exchanges.js';
import { showFaults } from './faults.js';
import { onLanguage, t } from './i18n.js';
import { showMessages } from './messages.js';
import { showPeople, showUsers } from './people.js';
import { drawSequence } from './sequence.js';
import { installView } from './view.js';
import { installWorld, showWorld } from './world.js';

const MAX_DRAWN = 6;
const BREATH = 250;
const TABS = { people: () => showPeople({ run }), faults: () => showFaults({ run }), users: () => showUsers(), messages: () => showMessages() };
let tab = 'people';

/** Do something that changes the world; what goes wrong is shown on the page. Returns whether it went well. */
async function run(act) {
  try {
    await act();
    find('problem').hidden = true;
    return true;
  } catch (error) {
    if (!askForToken(error)) tellProblem(error.message);
    return false;
  } finally {
    refresh();
  }
}

function tellProblem(text) {
  find('problem').textContent = text;
  find('problem').hidden = false;
}

function askForToken(error) {
  const asks = error.status === 403 && /token/.test(error.message);
  if (asks && !find('ask-token').open) find('ask-token').showModal();
  return asks;
}

const exchanges = new Exchanges({ onChoose: show });

function show(entry) {
  const none = exchanges.entries.length === 0;
  find('empty').hidden = !none;
  find('sequence-card').hidden = none;
  draw();
  showDetail(entry);
}

function draw() {
  if (exchanges.entries.length) drawSequence(find('sequence'), around(exchanges.current), { choose: (number) => exchanges.choose(number) });
}

/** The exchange chosen and the ones before it, as many as can be read at once. */
function around(entry) {
  const end = entry ? exchanges.entries.indexOf(entry) + 1 : exchanges.entries.length;
  return exchanges.entries.slice(Math.max(end - MAX_DRAWN, 0), end);
}

let refreshing = false;
let again = false;

/** Show what changed besides the journal; of many changes at once only the last is shown. */
async function refresh() {
  if (refreshing) {
    again = true;
    return;
  }
  refreshing = true;
  try {
    await Promise.all([showWorld(), TABS[tab](), exchanges.entries.length ? null : teach()]);
  } catch (error) {
    askForToken(error);
  }
  await new Promise((resolve) => { setTimeout(resolve, BREATH); });
  refreshing = false;
  if (again) {
    again = false;
    refresh();
  }
}

async function teach() {
  const [{ personas }, { scenario }] = await Promise.all([call('GET', 'personas'), call('GET', 'health')]);
  const { client_id: clientId = '6825f4f0af45554c8952' } = await call('GET', 'scenario');
  const code = personas.some((one) => one.name === 'alice') ? 'alice' : personas[0]?.name || 'CODE';
  const form = `tag=wechat_miniprogram&client_id=${clientId}&code=${code}&username=Alice`;
  const line = `curl -s ${address}/api/login/oauth/access_token -d '${form}'`;
  const copying = make('button', { onclick: () => copy(line, copying, t('copied')) }, t('copy'));
  const send = () => run(() => fetch(`${address}/api/login/oauth/access_token`, { method: 'POST', body: new URLSearchParams(form) }));
  find('empty').replaceChildren(
    make('h2', {}, t('emptyTitle')), make('p', {}, t('emptyText')), make('pre', {}, line),
    make('p', { class: 'row' }, make('button', { class: 'primary', 'data-testid': 'send', onclick: send }, t('emptySend')), copying,
      make('a', { href: './mini-program' }, t('emptyPhone'))),
    make('p', { class: 'quiet-text' }, `${t('emptyPoint')} ${address} · ${scenario}`),
  );
}

function chooseTab(name) {
  tab = name;
  for (const button of document.querySelectorAll('[data-tab]')) {
    const chosen = button.dataset.tab === name;
    button.setAttribute('aria-selected', String(chosen));
    button.tabIndex = chosen ? 0 : -1;
    find(button.dataset.tab).hidden = !chosen;
  }
  refresh();
}

function keys(event) {
  const typing = event.target.closest('input, textarea, select, dialog[open]');
  if (typing || event.ctrlKey || event.metaKey || event.altKey) return;
  if (event.key === '/') { event.preventDefault(); find('filter').focus(); }
  if (event.key === 'm') location.href = find('phone-link').href;
  if (['j', 'k'].includes(event.key) && document.activeElement !== find('list')) {
    find('list').focus();
    find('list').dispatchEvent(new KeyboardEvent('keydown', { key: event.key }));
  }
}

function hear({ entries, restarted, changed, connected, error }) {
  find('connection').textContent = t(connected ? 'live' : 'offline');
  find('connection').className = connected ? 'badge' : 'badge bad';
  if (!connected) {
    askForToken(error);
    return;
  }
  if (restarted) exchanges.clear();
  if (entries.length) exchanges.add(entries);
  if (changed) refresh();
}

installView();
installWorld({ run });
for (const button of document.querySelectorAll('[data-tab]')) {
  button.addEventListener('click', () => chooseTab(button.dataset.tab));
  button.addEventListener('keydown', (event) => {
    const names = Object.keys(TABS);
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const next = names[(names.indexOf(tab) + step + names.length) % names.length];
    chooseTab(next);
    document.querySelector(`[data-tab="${next}"]`).focus();
  });
}
find('ask-token').addEventListener('close', () => {
  if (find('token').value) sessionStorage.setItem('mockdoor.token', find('token').value);
  refresh();
});
find('ask-token').addEventListener('cancel', (event) => { if (!token()) event.preventDefault(); });
document.addEventListener('keydown', keys);
addEventListener('resize', draw);
onLanguage(() => { exchanges.show(); refresh(); });
chooseTab('people');
exchanges.show();
watch(hear);
