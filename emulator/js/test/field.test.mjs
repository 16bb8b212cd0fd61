// Fields: the order of their events, and where the text goes.

import assert from 'node:assert/strict';
import test from 'node:test';

import { page, start } from './helpers/program.mjs';

const EVENTS = ['focus', 'input', 'blur', 'nicknamereview', 'change', 'confirm'];
const HEARD = `Page({ data: { text: '' }, heard: [], on(e) { this.heard.push([e.type, e.detail.value ?? e.detail.pass]); } })`;
const BOUND = EVENTS.map((event) => `bind${event}="on"`).join(' ');

function heard(app) {
  return JSON.parse(JSON.stringify(app.page.instance.heard));
}

test('typing focuses, inputs and blurs', async (t) => {
  const app = await start(t, page(HEARD, `<input ${BOUND}/>`));

  await app.input(app.find('input')[0], 'abc');
  app.widgets.confirm(app.find('input')[0]);

  assert.deepEqual(heard(app), [['focus', ''], ['input', 'abc'], ['blur', 'abc'], ['confirm', 'abc']]);
});

test('a nickname is reviewed after the blur', async (t) => {
  const app = await start(t, page(HEARD, `<input type="nickname" ${BOUND}/>`));

  await app.input(app.find('input')[0], '小明');

  assert.deepEqual(heard(app), [['focus', ''], ['input', '小明'], ['blur', '小明'], ['nicknamereview', true], ['change', '小明']]);
});

test('a nickname that WeChat rejects leaves the field empty', async (t) => {
  const app = await start(t, page(HEARD, `<input type="nickname" ${BOUND}/>`));

  await app.input(app.find('input')[0], 'rude', { review: false });

  assert.deepEqual(heard(app).slice(-2), [['blur', 'rude'], ['nicknamereview', false]]);
  assert.equal(app.widgets.valueOf(app.find('input')[0]), '');
});

test('what is typed is in the field and not in the data', async (t) => {
  const app = await start(t, page(HEARD, '<input value="{{text}}"/>'));

  await app.input(app.find('input')[0], 'typed');

  assert.equal(app.text, 'typed');
  assert.equal(app.page.instance.data.text, '');
});

test('model:value writes what is typed into the data', async (t) => {
  const app = await start(t, page(HEARD, '<input model:value="{{text}}"/>'));

  await app.input(app.find('input')[0], 'typed');

  assert.equal(app.page.instance.data.text, 'typed');
});

test('setData of another value shows over what was typed', async (t) => {
  const app = await start(t, page(HEARD, '<input value="{{text}}"/>'));
  await app.input(app.find('input')[0], 'typed');

  app.page.instance.setData({ text: 'set' });

  assert.equal(app.text, 'set');
});

test('a text that the handler returns replaces what was typed', async (t) => {
  const app = await start(t, page("Page({ on(e) { return e.detail.value.toUpperCase(); } })", '<input bindinput="on"/>'));

  await app.input(app.find('input')[0], 'abc');

  assert.equal(app.text, 'ABC');
});

for (const [tag, length, promise] of [
  ['<input/>', 140, 'an input takes 140 characters'],
  ['<textarea maxlength="5"/>', 5, 'a textarea takes as many characters as maxlength says'],
  ['<input maxlength="{{-1}}"/>', 200, 'an input with maxlength -1 takes any number of characters'],
]) {
  test(promise, async (t) => {
    const app = await start(t, page('Page({})', tag));
    const [field] = app.find('input,textarea');

    await app.input(field, 'x'.repeat(200));

    assert.equal(app.widgets.valueOf(field).length, length);
  });
}

test('typing is refused where nobody can type', async (t) => {
  const app = await start(t, page('Page({})', '<input disabled="false"/><view>text</view>'));

  await assert.rejects(app.input(app.find('input')[0], 'x'), /this input is disabled/);
  await assert.rejects(app.input(app.find('view')[0], 'x'), /a view takes no text; choose an input or a textarea/);
});

test('the text of a password is not shown', async (t) => {
  const app = await start(t, page('Page({})', '<input password value="abc"/>'));

  assert.equal(app.text, '•••');
});
