// Checkbox, radio, switch, label, slider, picker: what a choice sends.

import assert from 'node:assert/strict';
import test from 'node:test';

import { page, start } from './helpers/program.mjs';

const SCRIPT = `Page({
  data: { on: false, options: ['a', 'b'], rows: [['x', 'y'], ['1', '2']], people: [{ n: '甲' }, { n: '乙' }] },
  heard: [], on(e) { this.heard.push([e.type, e.detail.value]); } })`;

function heard(app) {
  return JSON.parse(JSON.stringify(app.page.instance.heard));
}

const one = (app, selector) => app.find(selector)[0];

test('a checkbox tells its group what is checked', async (t) => {
  const app = await start(t, page(SCRIPT, '<checkbox-group bindchange="on"><checkbox id="a" value="a"/><checkbox id="b" value="b" checked/></checkbox-group>'));

  await app.tap(one(app, '#a'));
  await app.tap(one(app, '#b'));

  assert.deepEqual(heard(app), [['change', ['a', 'b']], ['change', ['a']]]);
});

test('a radio takes the place of another one, and is silent when it is chosen already', async (t) => {
  const app = await start(t, page(SCRIPT, '<radio-group bindchange="on"><radio id="a" value="a" checked/><radio id="b" value="b"/></radio-group>'));

  await app.tap(one(app, '#b'));
  await app.tap(one(app, '#b'));

  assert.deepEqual(heard(app), [['change', 'b']]);
  assert.equal(app.widgets.valueOf(one(app, 'radio-group')), 'b');
});

test('a switch turns, and checked="false" is a text and so on', async (t) => {
  const app = await start(t, page(SCRIPT, '<switch id="a" checked="false" bindchange="on"/><switch id="b" checked="{{on}}" bindchange="on"/>'));

  await app.tap(one(app, '#a'));
  await app.tap(one(app, '#b'));

  assert.deepEqual(heard(app), [['change', false], ['change', true]]);
});

for (const [wxml, promise] of [
  ['<label id="l"><text>agree</text><switch id="s" bindchange="on"/></label>', 'a label acts as the field inside it'],
  ['<label id="l" for="s">agree</label><switch bindchange="other"/><switch id="s" bindchange="on"/>', 'a label acts as the field that it names'],
]) {
  test(promise, async (t) => {
    const app = await start(t, page(SCRIPT, wxml));

    await app.tap(one(app, '#l'));

    assert.deepEqual(heard(app), [['change', true]]);
  });
}

test('a tap on a checkbox inside a label checks it once', async (t) => {
  const app = await start(t, page(SCRIPT, '<checkbox-group bindchange="on"><label><checkbox id="a" value="a"/>agree</label></checkbox-group>'));

  await app.tap(one(app, '#a'));

  assert.deepEqual(heard(app), [['change', ['a']]]);
});

test('what is disabled cannot be chosen', async (t) => {
  const app = await start(t, page(SCRIPT, '<checkbox-group bindchange="on"><checkbox id="a" value="a" disabled/></checkbox-group><switch disabled bindchange="on"/>'));

  await app.tap(one(app, '#a'));
  await app.tap(one(app, 'switch'));

  assert.deepEqual(heard(app), []);
});

for (const [attributes, choice, value] of [
  ['range="{{options}}"', 'b', 1],
  ['range="{{people}}" range-key="n"', '乙', 1],
  ['mode="selector" range="{{options}}"', 0, 0],
  ['mode="multiSelector" range="{{rows}}"', ['y', '2'], [1, 1]],
  ['mode="time"', '08:30', '08:30'],
  ['mode="date" start="2026-01-01"', '2026-01-02', '2026-01-02'],
  ['mode="region"', ['广东省', '广州市', '海珠区'], ['广东省', '广州市', '海珠区']],
]) {
  test(`a picker with ${attributes} sends what was chosen`, async (t) => {
    const app = await start(t, page(SCRIPT, `<picker ${attributes} bindchange="on">choose</picker>`));

    app.widgets.pick(one(app, 'picker'), choice);

    assert.deepEqual(heard(app), [['change', value]]);
    assert.deepEqual(app.widgets.valueOf(one(app, 'picker')), value);
  });
}

test('a picker says which column was turned', async (t) => {
  const app = await start(t, page(SCRIPT, '<picker mode="multiSelector" range="{{rows}}" value="{{[0, 0]}}" bindcolumnchange="on"/>'));

  app.widgets.pick(one(app, 'picker'), [0, 1]);

  assert.deepEqual(heard(app), [['columnchange', 1]]);
});

test('a picker that is closed without a choice cancels', async (t) => {
  const app = await start(t, page(SCRIPT, '<picker range="{{options}}" bindchange="on" bindcancel="on"/>'));

  app.widgets.pick(one(app, 'picker'), null);

  assert.deepEqual(heard(app), [['cancel', null]]);
});

for (const [attributes, choice, message] of [
  ['range="{{options}}"', 'c', /this picker has no "c"; its entries: a, b/],
  ['mode="time"', '8:30', /takes hh:mm, not "8:30"/],
  ['mode="date" end="2026-01-01"', '2026-02-01', /2026-02-01 is outside/],
  ['mode="day"', 'x', /no mode day; modes: selector/],
  ['disabled', 0, /this picker is disabled/],
]) {
  test(`a picker with ${attributes} refuses ${JSON.stringify(choice)}`, async (t) => {
    const app = await start(t, page(SCRIPT, `<picker ${attributes}/>`));

    assert.throws(() => app.widgets.pick(one(app, 'picker'), choice), message);
  });
}

test('a slider stops at its steps and ends', async (t) => {
  const app = await start(t, page(SCRIPT, '<slider min="10" max="50" step="5" bindchange="on"/>'));

  app.widgets.slide(one(app, 'slider'), 22);
  app.widgets.slide(one(app, 'slider'), 99);

  assert.deepEqual(heard(app), [['change', 20], ['change', 50]]);
});
