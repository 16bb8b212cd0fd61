// The bars on top: world, scenario, profile, clock, reset, and what happened as a scenario file.

import { call } from './api.js';
import { copy, find, make } from './dom.js';
import { t } from './i18n.js';

const NEW_WORLD = '\n';

export function installWorld({ run }) {
  find('world').addEventListener('change', () => chooseWorld(run));
  find('scenario').addEventListener('change', () => chooseScenario(run));
  find('profile').addEventListener('change', () => run(() => call('PUT', 'profile', { profile: find('profile').value })));
  find('plus5').addEventListener('click', () => run(() => call('POST', 'clock/advance', { by: '5m' })));
  find('plus2').addEventListener('click', () => run(() => call('POST', 'clock/advance', { by: '2h' })));
  find('freeze').addEventListener('click', () => run(() => call('PUT', 'clock', { mode: find('freeze').dataset.mode })));
  find('reset').addEventListener('click', () => find('ask-reset').showModal());
  find('ask-reset').addEventListener('close', () => {
    if (find('ask-reset').returnValue === 'yes') run(() => call('POST', 'reset'));
    find('ask-reset').returnValue = '';
  });
  find('save').addEventListener('click', save);
  find('saved-copy').addEventListener('click', () => copy(find('saved-text').textContent, find('saved-copy'), t('copied')));
}

async function chooseScenario(run) {
  const { value, dataset } = find('scenario');
  const told = await run(() => call('PUT', 'scenario', { scenario: value }));
  if (!told) find('scenario').value = dataset.served; // a file with mistakes changes nothing
}

async function chooseWorld(run) {
  let name = find('world').value;
  if (name === NEW_WORLD) {
    name = prompt(t('worldName')) || '';
    if (!name) return showWorld();
    const made = await run(() => call('POST', 'worlds', { name }, { root: true }));
    if (!made) return showWorld();
  }
  location.href = name === 'main' ? '/_emulator/' : `/@${name}/_emulator/`;
  return undefined;
}

let scenarios = null;
let ticking = null;

export async function showWorld() {
  const [health, clock, { profiles }, { worlds }] = await Promise.all([
    call('GET', 'health'), call('GET', 'clock'), call('GET', 'profile'), call('GET', 'worlds', undefined, { root: true }),
  ]);
  scenarios = scenarios || (await call('GET', 'scenarios')).scenarios;
  fill('world', [...worlds.map((one) => [one.name, one.name]), [NEW_WORLD, t('addWorld')]], health.world);
  fill('profile', profiles.map((name) => [name, name]), health.profile);
  showScenarios(health.scenario);
  showClock(clock);
}

function showScenarios(chosen) {
  find('scenario').dataset.served = chosen;
  if (document.activeElement === find('scenario')) return;
  const known = scenarios.some((one) => one.name === chosen);
  const groups = new Map([['', known ? [] : [{ name: chosen, description: '' }]]]);
  for (const one of scenarios) {
    const label = one.own ? t('ownScenarios') : one.folder;
    groups.set(label, [...(groups.get(label) || []), one]);
  }
  const option = (one) => make('option', { value: one.name, title: one.description }, one.name);
  find('scenario').replaceChildren(
    ...[...groups].flatMap(([label, list]) => (label ? make('optgroup', { label }, ...list.map(option)) : list.map(option))),
  );
  find('scenario').value = chosen;
  find('scenario').title = scenarios.find((one) => one.name === chosen)?.description || '';
}

function fill(id, options, chosen) {
  if (document.activeElement !== find(id)) find(id).replaceChildren(...options.map(([value, text]) => make('option', { value }, text)));
  find(id).value = chosen;
}

function showClock(clock) {
  const frozen = clock.mode === 'frozen';
  const started = Date.now();
  const at = Date.parse(clock.now);
  const tick = () => {
    const now = new Date(frozen ? at : at + Date.now() - started);
    find('clock').textContent = `${now.toISOString().slice(0, 19).replace('T', ' ')} UTC`;
  };
  clearInterval(ticking);
  ticking = frozen ? null : setInterval(tick, 1000);
  tick();
  find('clock-mode').textContent = t(frozen ? 'frozen' : 'running');
  find('freeze').textContent = t(frozen ? 'run' : 'freeze');
  find('freeze').disabled = false;
  find('freeze').dataset.mode = frozen ? 'running' : 'frozen';
}

async function save() {
  let text = '';
  try {
    text = await call('GET', 'recording');
    find('saved-help').textContent = t('savedHelp');
  } catch (error) {
    find('saved-help').textContent = `${t('cannotSave')}: ${error.message}`;
  }
  find('saved-text').textContent = text;
  find('saved-text').hidden = !text;
  find('saved-copy').hidden = !text;
  find('saved-file').hidden = !text;
  find('saved-file').href = `data:application/yaml;charset=utf-8,${encodeURIComponent(text)}`;
  find('saved').showModal();
}

