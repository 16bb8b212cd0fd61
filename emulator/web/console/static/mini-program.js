// The mini program's page: code, phone, output, diagram and lessons around one wx object.

import { address, call, token, watch } from './api.js';
import { find, make } from './dom.js';
import { addTexts, language, onLanguage, t } from './i18n.js';
import { chosenPairs, droppedPairs, folderOf, forgetFolder, isMiniProgram, keepFolder, keptFolder, servedFolder } from './folder.js';
import { Journal } from './journal.js';
import { LESSONS } from './lessons.js';
import { failureOf, reasonOf } from './outcome.js';
import { phoneConsole, say, shown } from './output.js';
import { FILES, LOGIN, TEXTS, UPDATE } from './phone-texts.js';
import { picture } from './people.js';
import { labelsOf, phoneHooks, showData, showHandlers } from './phone.js';
import { isPlaying, play, showTool, stop } from './playing.js';
import { drawSequence } from './sequence.js';
import { installView } from './view.js';

const MAX_DRAWN = 8;
/** How often the page looks whether a file of the served folder was saved, in milliseconds. */
const LOOK = 1500;
addTexts(TEXTS);

const codes = { login: LOGIN, update: UPDATE };
let files = { ...FILES };
let tab = 'login';
let persona = null;
let runtime = null;
let wx = null;
const journal = new Journal(MAX_DRAWN);
let lesson = -1;
let pictures = new Map();
let drawing = { drawn: false, install: '', folder: null };
let mark = null;

/** Make the wx object and its runtime anew, as a phone that was switched off and on. */
function makeRuntime() {
  wx = globalThis.mockdoor.createWx({
    base: address, persona: persona?.name, token: token() || undefined,
    ui: phoneHooks({ say }),
    listener: ({ api, phase, result }) => {
      if (phase === 'fail' || (phase === 'success' && api !== 'request')) say(`wx.${api} → ${shown(result)}`, phase === 'fail' ? 'bad' : 'wx');
      if (phase === 'success' && api === 'request') say(`wx.request → ${result.statusCode} ${shown(result.data).slice(0, 240)}`, result.statusCode >= 400 ? 'bad' : 'wx');
    },
  });
  runtime = globalThis.mockdoor.createRuntime({ wx, console: phoneConsole });
  showHandlers([], {}, press);
}

async function run() {
  keepCode();
  find('output').replaceChildren();
  try {
    if (tab === 'files' && drawing.drawn && isMiniProgram(files)) play({ files, pictures, persona: persona?.name, say });
    else if (tab === 'files') runFiles();
    else await runSnippet(codes[tab]);
  } catch (error) {
    say(error.message, 'bad');
  }
}

async function runSnippet(text) {
  const data = { userInfo: { nickName: persona?.nickname || '', avatarUrl: persona ? location.origin + picture(persona.name) : '' } };
  const page = await runtime.snippet(text, { data });
  showData(page.data);
}

function runFiles() {
  stop();
  makeRuntime();
  const page = runtime.run(files);
  showData(page.data);
  const wxml = Object.entries(files).filter(([path]) => path.endsWith('.wxml')).map(([, text]) => text).join('\n');
  const labels = labelsOf(wxml);
  const names = runtime.handlers();
  showHandlers(Object.keys(labels).length ? names.filter((name) => name in labels) : names, labels, press);
  say(t('pressHandler'));
}

async function press(name) {
  const openType = runtime.openTypeOf(name);
  try {
    if (openType) await runtime.tapOpenType(openType, { handler: name });
    else await runtime.call(name, { type: 'tap', detail: {}, currentTarget: { dataset: {} }, target: { dataset: {} } });
  } catch (error) {
    say(error.message, 'bad');
  }
}

function keepCode() {
  if (tab === 'files') files[find('file').value] = find('code').value;
  else codes[tab] = find('code').value;
}

function showTab(name) {
  tab = name;
  for (const button of document.querySelectorAll('[data-tab]')) button.setAttribute('aria-selected', String(button.dataset.tab === name));
  find('file-bar').hidden = name !== 'files';
  if (name === 'files') showFiles();
  else find('code').value = codes[name];
  find('phone-title').textContent = t(`tab.${name}`);
}

function showFiles(chosen = find('file').value) {
  const paths = Object.keys(files);
  find('file').replaceChildren(...paths.map((path) => make('option', { value: path }, path)));
  find('file').value = paths.includes(chosen) ? chosen : paths.find((path) => path.endsWith('index.js')) || paths[0] || '';
  find('code').value = files[find('file').value] || '';
}

async function takeFolder(pairs) {
  await ready;
  const folder = await folderOf(pairs);
  if (!Object.keys(folder.files).length) return;
  useFolder(folder);
  await keepFolder(folder);
}

function useFolder(folder) {
  files = folder.files;
  pictures = folder.pictures;
  showTab('files');
  find('forget').hidden = Boolean(drawing.folder);
  find('reload').hidden = !drawing.folder;
  if (!isMiniProgram(files)) say(t('noApp'), 'bad');
  else if (drawing.drawn) run();
}

/** Show the folder that the server was given, again when something in it was saved. */
async function showServed({ again = false } = {}) {
  try {
    const { mark: now } = await call('GET', 'mini-program-files');
    if (now === mark && !again) return;
    const folder = await servedFolder();
    mark = folder.mark;
    useFolder(folder);
  } catch (error) {
    say(error.message, 'bad');
  }
}

async function prepare() {
  drawing = await call('GET', 'mini-program-state');
  find('how').textContent = drawing.drawn ? t('dropHere') : t('how', drawing);
  await showWorld();
  if (drawing.folder) {
    await showServed();
    setInterval(() => { if (document.visibilityState === 'visible') showServed(); }, LOOK);
  } else {
    const kept = await keptFolder();
    if (kept && !location.hash.startsWith('#lesson')) useFolder(kept);
  }
}

function drop(event) {
  event.preventDefault();
  document.body.classList.remove('dropping');
  droppedPairs(event.dataTransfer).then(takeFolder).catch((error) => say(error.message, 'bad'));
}

async function showWorld() {
  const [{ personas }, health] = await Promise.all([call('GET', 'personas'), call('GET', 'health')]);
  const now = personas.find((one) => one.signed_in) || personas[0];
  const other = now?.name !== persona?.name;
  persona = now;
  find('persona').replaceChildren(...personas.map((one) => make('option', { value: one.name }, `${one.name} ${one.nickname}`)));
  find('persona').value = now?.name || '';
  find('where').textContent = t('where', health);
  find('nickname').textContent = now?.nickname || '';
  if (now) find('avatar').src = picture(now.name);
  find('phone-time').textContent = health.now.slice(11, 16);
  if (other || !runtime) makeRuntime();
  if (other && isPlaying()) run();
}

function draw() {
  drawSequence(find('sequence'), journal.entries);
  const last = journal.entries.at(-1);
  const why = last ? reasonOf(last) || failureOf(last) : '';
  find('why').hidden = !why;
  find('why').textContent = why ? `${t('why')}: ${why}` : '';
}

function showLesson() {
  const one = LESSONS[lesson];
  const words = (pair) => pair[language() === 'zh' ? 1 : 0];
  find('lesson-list').replaceChildren(...LESSONS.map((each, index) => make('button', {
    'data-testid': `lesson-${each.id}`, 'aria-pressed': String(index === lesson), onclick: () => begin(index),
  }, `${index + 1}. ${words(each.title)}`)));
  find('lesson').hidden = !one;
  if (!one) return;
  find('lesson-title').textContent = words(one.title);
  find('lesson-text').textContent = words(one.text);
  find('lesson-look').textContent = words(one.look);
  find('back').disabled = lesson === 0;
  find('next').disabled = lesson === LESSONS.length - 1;
}

let agreed = false;

async function begin(index) {
  const one = LESSONS[index];
  if (!one || (!agreed && !(await phoneHooks({ say }).modal({ title: t('lessons'), content: t('sceneAsk') })))) return;
  agreed = true;
  stop();
  lesson = index;
  history.replaceState(null, '', `#lesson=${one.id}`);
  find('output').replaceChildren();
  try {
    for (const [method, path, body] of one.calls) await call(method, path, body);
    await showWorld();
    makeRuntime();
    if (one.before) await runSnippet(one.before);
  } catch (error) {
    say(error.message, 'bad');
  }
  if (one.files) files = { ...one.files };
  else codes[one.tab] = one.code;
  showTab(one.tab);
  showLesson();
}

function type(event) {
  if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) {
    event.preventDefault();
    run();
  }
  const leaving = find('code').dataset.leaving === 'yes';
  if (event.target === find('code') && event.key === 'Tab' && !event.shiftKey && !leaving) {
    event.preventDefault();
    find('code').setRangeText('  ', find('code').selectionStart, find('code').selectionEnd, 'end');
  }
  // After Escape the Tab key moves on, so that nobody is caught in the editor.
  if (event.target === find('code')) find('code').dataset.leaving = event.key === 'Escape' ? 'yes' : '';
}

function sayEverything() {
  find('run').textContent = t('runKey');
  find('host').textContent = t('host', { address });
  find('how').textContent = drawing.drawn ? t('dropHere') : t('how', drawing);
  find('phone-title').textContent = t(`tab.${tab}`);
  showLesson();
  draw();
}

installView();
onLanguage(() => { sayEverything(); showWorld(); });
for (const button of document.querySelectorAll('[data-tab]')) button.addEventListener('click', () => { keepCode(); showTab(button.dataset.tab); });
find('run').addEventListener('click', run);
find('file').addEventListener('change', () => showFiles(find('file').value));
find('code').addEventListener('input', keepCode);
for (const name of ['files', 'folder']) find(name).addEventListener('change', () => takeFolder(chosenPairs(find(name).files)));
for (const button of document.querySelectorAll('[data-tool]')) button.addEventListener('click', () => showTool(button.dataset.tool));
find('reload').addEventListener('click', () => showServed({ again: true }));
find('forget').addEventListener('click', async () => {
  await forgetFolder();
  stop();
  files = { ...FILES };
  find('forget').hidden = true;
  showTab('files');
});
document.addEventListener('dragover', (event) => {
  event.preventDefault();
  document.body.classList.add('dropping');
});
document.addEventListener('dragleave', (event) => { if (!event.relatedTarget) document.body.classList.remove('dropping'); });
document.addEventListener('drop', drop);
find('persona').addEventListener('change', async () => {
  await call('PUT', 'signed-in', { persona: find('persona').value });
  await showWorld();
});
find('back').addEventListener('click', () => begin(lesson - 1));
find('next').addEventListener('click', () => begin(lesson + 1));
document.addEventListener('keydown', type);
addEventListener('resize', draw);
showTab('login');
sayEverything();
say(t('pressRun'));
const ready = prepare().catch((error) => say(error.message, 'bad'));
watch(({ entries, restarted, changed, connected }) => {
  if (!connected) return;
  if (restarted) journal.clear();
  journal.add(entries);
  draw();
  if (changed && !document.activeElement?.matches('#persona')) showWorld();
});
const wanted = LESSONS.findIndex((one) => location.hash === `#lesson=${one.id}`);
if (wanted >= 0) begin(wanted);
