// The panel of faults: switches for the usual troubles, and what is planned now.

import { call } from './api.js';
import { find, make } from './dom.js';
import { t } from './i18n.js';

const WECHAT = 'wechat.code2session';
const SWITCHES = {
  'invalid-code': { at: WECHAT, error: 40029 },
  'code-used': { at: WECHAT, error: 40163 },
  busy: { at: WECHAT, error: -1 },
  quota: { at: WECHAT, error: 45011 },
  blocked: { at: WECHAT, error: 40226 },
  down: { at: WECHAT, connection: 'reset' },
  hangs: { at: WECHAT, connection: 'hang' },
  html: { at: WECHAT, reply: { status: 502, content_type: 'text/html', text: '<html>502 Bad Gateway</html>' } },
  slow: { at: WECHAT, delay: '2s' },
  'casdoor-503': { at: 'casdoor.*', http: 503 },
  'expired-token': { at: 'casdoor.login', token: 'expired' },
};
const WINDOWS = { always: {}, once: { times: 1 }, three: { times: 3 }, half: { for: '30s' }, five: { for: '5m' } };
let chosenWindow = 'always';

export async function showFaults({ run }) {
  const { faults } = await call('GET', 'faults');
  const planned = new Map(faults.map((fault) => [fault.id, fault]));
  const kept = find('faults').contains(document.activeElement) ? document.activeElement.id : null;
  find('faults').replaceChildren(
    make('p', { class: 'quiet-text' }, t('faultsHelp')),
    make('label', { class: 'field' }, make('span', {}, t('window')), windows()),
    ...Object.entries(SWITCHES).map(([name, fault]) => toggle(name, fault, planned.get(name), run)),
    make('h3', {}, t('planned')),
    ...(faults.length ? [...faults.map((fault) => lifting(fault, run)), make('p', {}, make('button', { id: 'lift-all', onclick: () => run(() => call('DELETE', 'faults')) }, t('liftAll')))]
      : [make('p', { class: 'quiet-text' }, t('noFaults'))]),
  );
  if (kept) find(kept)?.focus();
}

function windows() {
  const choice = make('select', { id: 'window', 'data-testid': 'window', onchange: () => { chosenWindow = choice.value; } },
    ...Object.keys(WINDOWS).map((name) => make('option', { value: name, selected: name === chosenWindow }, t(name))));
  return choice;
}

function toggle(name, fault, planned, run) {
  const box = make('input', {
    type: 'checkbox', role: 'switch', id: `fault-${name}`, 'data-testid': `fault-${name}`, checked: Boolean(planned),
    onchange: () => run(() => (box.checked ? call('POST', 'faults', { id: name, ...fault, ...WINDOWS[chosenWindow] }) : call('DELETE', `faults/${name}`))),
  });
  return make('label', { class: 'switch' }, make('span', {}, t(`fault.${name}`)), box);
}

function lifting(fault, run) {
  const { id, struck, ...source } = fault;
  return make('div', { class: 'stack' },
    make('pre', {}, `${id}: ${JSON.stringify(source)}`),
    make('div', { class: 'row' }, make('span', { class: 'badge' }, t('struck', { n: struck })),
      make('button', { id: `lift-${id}`, onclick: () => run(() => call('DELETE', `faults/${encodeURIComponent(id)}`)) }, t('lift'))));
}
