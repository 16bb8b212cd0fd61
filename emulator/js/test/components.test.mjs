import assert from 'node:assert/strict';
import test from 'node:test';

import { printed, start } from './helpers/program.mjs';

const plain = (value) => JSON.parse(JSON.stringify(value));

/** A page that uses components: their scripts by their tags, or [script, wxml]. */
function using(components, wxml, script = 'Page({})', more = {}) {
  const files = {
    'pages/a/a.js': script, 'pages/a/a.wxml': wxml,
    'pages/a/a.json': { usingComponents: Object.fromEntries(Object.keys(components).map((tag) => [tag, `/comps/${tag}`])) },
    ...more,
  };
  for (const [tag, given] of Object.entries(components)) {
    const [code, inner = ''] = Array.isArray(given) ? given : [given];
    Object.assign(files, { [`comps/${tag}.js`]: code, [`comps/${tag}.wxml`]: inner, [`comps/${tag}.json`]: { component: true } });
  }
  return files;
}

const LOGGED = (name) => `Component({ lifetimes: { ${['created', 'attached', 'ready', 'detached'].map((hook) => `${hook}() { console.log('${name}.${hook}'); }`).join()} } })`;

test('a tree is created inside out, attached outside in, and ready inside out', async (t) => {
  const files = using({ outer: [LOGGED('outer'), '<inner/>'], inner: LOGGED('inner') }, '<outer/>');
  files['comps/outer.json'] = { component: true, usingComponents: { inner: '/comps/inner' } };

  const app = await start(t, files);

  assert.deepEqual(printed(app), ['inner.created', 'outer.created', 'outer.attached', 'inner.attached', 'inner.ready', 'outer.ready']);
});

test('what wx:if takes away is detached, what it brings is attached and ready', async (t) => {
  const app = await start(t, using({ x: LOGGED('x') }, '<x wx:if="{{on}}"/><view bindtap="turn">turn</view>', 'Page({ turn() { this.setData({ on: !this.data.on }); } })'));

  await app.tap(app.findText('turn'));
  await app.tap(app.findText('turn'));

  assert.deepEqual(printed(app), ['x.created', 'x.attached', 'x.ready', 'x.detached']);
});

test('properties without a value have the defaults of their types', async (t) => {
  const app = await start(t, using({ x: 'Component({ properties: { s: String, n: Number, b: Boolean, o: Object, a: Array, z: null }, lifetimes: { attached() { console.log(JSON.stringify(this.data)); } } })' }, '<x/>'));

  assert.deepEqual(printed(app), ['{"s":"","n":0,"b":false,"o":null,"a":[],"z":null}']);
});

test('properties are coerced to their types', async (t) => {
  const app = await start(t, using({ x: 'Component({ properties: { s: String, n: Number, b: Boolean, a: Array, userName: String }, lifetimes: { attached() { console.log(JSON.stringify(this.data)); } } })' }, '<x s="{{1}}" n="5" b="false" a="{{1}}" user-name="u"/>'));

  assert.equal(printed(app).at(-1), '{"s":"1","n":5,"b":true,"a":[],"userName":"u"}');
  assert.match(printed(app)[0], /property "a" received type-incompatible value/);
});

test('an observer of a property is told the new value and the old one', async (t) => {
  const app = await start(t, using(
    { x: "Component({ properties: { n: { type: Number, value: 1, observer(now, old) { console.log(old, now); } } } })" },
    '<x n="{{n}}"/>', 'Page({ data: { n: 2 }, onReady() { this.setData({ n: 3 }); } })'));

  assert.deepEqual(printed(app), ['1 2', '2 3']);
});

test('observers of data run inside setData, also for equal values and below a path', async (t) => {
  const app = await start(t, using({ x: `Component({
    data: { a: 1, b: { c: 1 } },
    observers: { 'a, b.c'(a, c) { console.log('a,b.c', a, c); }, 'b.**'(b) { console.log('b.**', JSON.stringify(b)); } },
    lifetimes: { attached() { this.setData({ a: 1 }); this.setData({ 'b.c': 2 }); console.log('after'); } },
  })` }, '<x/>'));

  assert.deepEqual(printed(app), ['a,b.c 1 1', 'a,b.c 1 2', 'b.** {"c":2}', 'after']);
});

test('behaviors are merged: objects of data deeply, methods by precedence, lifetimes all', async (t) => {
  const app = await start(t, using({ x: `
    const low = Behavior({ data: { n: { a: 1, b: 1 } }, methods: { who() { return 'low'; }, low() { return 1; } }, lifetimes: { attached() { console.log('low'); } } });
    const high = Behavior({ behaviors: [low], data: { n: { b: 2, c: 3 } }, methods: { who() { return 'high'; } }, lifetimes: { attached() { console.log('high'); } } });
    Component({ behaviors: [low, high], methods: { who() { return 'own'; } }, lifetimes: { attached() { console.log('own', this.who(), this.low(), JSON.stringify(this.data.n)); } } });
  ` }, '<x/>'));

  assert.deepEqual(printed(app), ['low', 'high', 'own own 1 {"a":1,"b":2,"c":3}']);
});

test('a behavior may rewrite the definition of whoever uses it', async (t) => {
  const app = await start(t, using({ x: `
    const filter = Behavior({ definitionFilter(definition) { definition.data = { filled: definition.computed() }; } });
    Component({ behaviors: [filter], computed() { return 7; } });
  ` .replace('computed() { return 7; }', 'computed: () => 7') }, '<x id="x"/>', "Page({ onReady() { console.log(this.selectComponent('#x').data.filled); } })"));

  assert.deepEqual(printed(app), ['7']);
});

test('unknown keys of a component are dropped, methods are on the instance', async (t) => {
  const app = await start(t, using({ x: "Component({ own: 1, methods: { go() {} }, attached() { console.log(this.own, typeof this.go, typeof this.attached); } })" }, '<x/>'));

  assert.deepEqual(printed(app), ['undefined function undefined']);
});

test('triggerEvent reaches the tag alone, with the same detail, at once', async (t) => {
  const app = await start(t, using(
    { x: "Component({ lifetimes: { attached() { const detail = {}; this.triggerEvent('done', detail); console.log(detail.seen); } } })" },
    '<view bind:done="outer"><x bind:done="done" data-user-id="{{1}}" mark:m="k"/></view>',
    "Page({ done(e) { e.detail.seen = true; console.log(e.type, JSON.stringify(e.currentTarget.dataset), JSON.stringify(e.mark)); }, outer() { console.log('outer'); } })"));

  assert.deepEqual(printed(app), ['done {"userId":1} {"m":"k"}', 'true']);
});

test('triggerEvent bubbles and crosses components where it is told to', async (t) => {
  const app = await start(t, using(
    { x: "Component({ lifetimes: { attached() { this.triggerEvent('up', {}, { bubbles: true, composed: true }); } } })" },
    '<view bind:up="outer"><x/></view>', "Page({ outer() { console.log('outer'); } })"));

  assert.deepEqual(printed(app), ['outer']);
});

test('relations link both sides', async (t) => {
  const app = await start(t, using({
    list: ["Component({ relations: { './item': { type: 'child', linked(item) { console.log('linked', item.data.n); } } }, lifetimes: { ready() { console.log(this.getRelationNodes('./item').length); } } })", '<slot/>'],
    item: "Component({ properties: { n: Number }, relations: { './list': { type: 'parent', linked() { console.log('child linked'); } } } })",
  }, '<list><item n="1"/><view><item n="2"/></view></list>'));

  assert.equal(printed(app).at(-1), '2');
  assert.equal(printed(app).filter((line) => line.startsWith('linked')).length, 2);
});

test('selectComponent finds by id, class and across, else null', async (t) => {
  const app = await start(t, using(
    { x: ["Component({ data: { n: 1 } })", ''] }, '<view class="box"><x id="one" class="k"/></view>',
    "Page({ onReady() { console.log(this.selectComponent('#one').data.n, this.selectAllComponents('.k').length, this.selectComponent('.box>.k').data.n, this.selectComponent('#two')); } })"));

  assert.deepEqual(printed(app), ['1 1 1 null']);
});

test('wx://component-export decides what selectComponent returns', async (t) => {
  const app = await start(t, using(
    { x: "Component({ behaviors: ['wx://component-export'], export() { return { n: 9 }; } })" }, '<x id="x"/>',
    "Page({ onReady() { console.log(JSON.stringify(this.selectComponent('#x'))); } })"));

  assert.deepEqual(printed(app), ['{"n":9}']);
});

test('pageLifetimes hear of the page that they lie in', async (t) => {
  const app = await start(t, using(
    { x: "Component({ pageLifetimes: { show() { console.log('show'); }, hide() { console.log('hide'); } } })" }, '<x/>', 'Page({})',
    { 'pages/b/b.js': 'Page({})' }));

  await app.open('/pages/b/b');
  await app.open('', 'navigateBack');

  assert.deepEqual(printed(app), ['show', 'hide', 'show']);
});

test('slots keep the scope and the handlers of whoever fills them', async (t) => {
  const app = await start(t, using(
    { x: ["Component({ options: { multipleSlots: true }, data: { n: 'inner' } })", '[<slot name="head"/>|<slot/>]'] },
    '<x><text slot="head">{{n}}</text><view bindtap="hit">body</view></x>', "Page({ data: { n: 'outer' }, hit() { console.log('hit'); } })"));

  await app.tap(app.findText('body'));

  assert.deepEqual([app.text.replace(/\n/g, ''), printed(app)], ['[outer|body]', ['hit']]);
});

test('external classes and generics take what is given', async (t) => {
  const app = await start(t, using(
    { x: ["Component({ externalClasses: ['my-class'] })", '<view class="my-class own">x</view>'] }, '<x my-class="red big"/>'));

  assert.match(app.outline, /own/);
  assert.equal(app.find('.own').length, 1);
});

test('a component that is not there is named once and drawn as a box with what it holds', async (t) => {
  const app = await start(t, {
    'pages/a/a.js': 'Page({})', 'pages/a/a.wxml': '<gone><view>held</view></gone><gone/>', 'pages/a/a.json': { usingComponents: { gone: './gone' } },
  });

  assert.equal(app.text, 'held');
  assert.deepEqual(plain(app.notes), [{ id: 'component-missing', values: { tag: 'gone', named: './gone', from: 'pages/a/a' } }]);
});

test('a component that throws is named with its place, and the page goes on', async (t) => {
  const app = await start(t, using({ x: "Component({\n attached() { throw new Error('no'); } })" }, '<x/><view>page</view>'));

  assert.equal(app.text, 'page');
  assert.deepEqual(app.errors.map(({ message, file, line }) => [message, file, line]), [['no', 'comps/x.js', 2]]);
});
