// Forms: what they see, what they send, and what does not reach them.

import assert from 'node:assert/strict';
import test from 'node:test';

import { page, start } from './helpers/program.mjs';

const SCRIPT = 'Page({ data: {}, sent(e) { this.values = e.detail.value; }, reset() { this.wasReset = true; } })';
const FORM = (inside) => `<form bindsubmit="sent" bindreset="reset">${inside}<button id="send" form-type="submit">send</button></form>`;

/** Sends the form of the page off; returns what its handler got. */
async function sent(app) {
  await app.tap(app.find('#send')[0]);
  const { values } = app.page.instance;
  return values && JSON.parse(JSON.stringify(values)); // as values of this realm
}

test('a form sends every kind of field by its name', async (t) => {
  const app = await start(t, page(SCRIPT, FORM(`
    <input name="nickname" type="nickname"/><textarea name="about" value="hi"/>
    <checkbox-group name="likes"><checkbox value="a" checked/><checkbox value="b"/></checkbox-group>
    <radio-group name="size"><radio value="s"/><radio value="m" checked/></radio-group>
    <switch name="agreed" checked/><slider name="age" value="30"/><picker name="day" mode="date" value="2026-01-01"/>
    <input value="has no name"/>`)));
  await app.input(app.find('input')[0], '小明');

  const values = await sent(app);

  assert.deepEqual(values, {
    nickname: '小明', about: 'hi', likes: ['a'], size: 'm', agreed: true, age: 30, day: '2026-01-01',
  });
});

test('a form does not see a field inside another component, but one that is slotted into it', async (t) => {
  const app = await start(t, {
    ...page(SCRIPT, FORM('<card><input name="slotted" value="1"/></card>'), { usingComponents: { card: '/card/card' } }),
    'card/card.js': 'Component({})', 'card/card.json': { component: true }, 'card/card.wxml': '<input name="own" value="2"/><slot/>',
  });

  assert.deepEqual(await sent(app), { slotted: '1' });
});

test('wx://form-field is a field, and wx://form-field-group shows its own to the form', async (t) => {
  const app = await start(t, {
    ...page(SCRIPT, FORM('<field name="custom" value="1"/><group/>'), { usingComponents: { field: '/c/field', group: '/c/group' } }),
    'c/field.js': "Component({ behaviors: ['wx://form-field'], attached() { this.setData({ value: 'set by itself' }); } })",
    'c/field.json': { component: true }, 'c/field.wxml': '<input name="inner"/>',
    'c/group.js': "Component({ behaviors: ['wx://form-field-group'] })",
    'c/group.json': { component: true }, 'c/group.wxml': '<view><input name="grouped" value="3"/></view>',
  });

  assert.deepEqual(await sent(app), { custom: 'set by itself', grouped: '3' });
});

for (const [behaviors, values, promise] of [
  ['[]', undefined, 'a form-type button inside a component does nothing'],
  ["['wx://form-field-button']", { a: '1' }, 'a form-type button inside a wx://form-field-button sends the form'],
]) {
  test(promise, async (t) => {
    const app = await start(t, {
      ...page(SCRIPT, '<form bindsubmit="sent"><input name="a" value="1"/><sender/></form>', { usingComponents: { sender: '/c/sender' } }),
      'c/sender.js': `Component({ behaviors: ${behaviors} })`, 'c/sender.json': { component: true },
      'c/sender.wxml': '<button id="send" form-type="submit">send</button>',
    });

    assert.deepEqual(await sent(app), values);
  });
}

test('a button without form-type does not send, one that is disabled neither', async (t) => {
  const app = await start(t, page(SCRIPT, '<form bindsubmit="sent"><button id="a">a</button><button id="b" form-type="submit" disabled>b</button></form>'));

  await app.tap(app.find('#a')[0]);
  await app.tap(app.find('#b')[0]);

  assert.equal(app.page.instance.values, undefined);
});

test('a reset brings back what the page gave', async (t) => {
  const app = await start(t, page(SCRIPT, FORM('<input name="a" value="first"/><switch name="b"/><button id="back" form-type="reset">back</button>')));
  await app.input(app.find('input')[0], 'typed');
  await app.tap(app.find('switch')[0]);

  await app.tap(app.find('#back')[0]);

  assert.equal(app.page.instance.wasReset, true);
  assert.deepEqual(await sent(app), { a: 'first', b: false });
});
