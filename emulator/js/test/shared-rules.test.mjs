// Rules of the runtime that compiled frameworks lean on.

import assert from 'node:assert/strict';
import test from 'node:test';

import { page, start } from './helpers/program.mjs';

const HOME = { 'pages/b/b.js': 'Page({})', 'pages/b/b.wxml': 'home' };

test('a move that was made fulfils its promise', async (t) => {
  const script = "Page({ go() { wx.navigateTo({ url: '/pages/b/b' }).then((r) => { getApp().said = r.errMsg; }, (r) => { getApp().said = r.errMsg; }); } })";
  const app = await start(t, { ...page(script, '<button bindtap="go">go</button>'), ...HOME });

  await app.tap(app.findText('go'));

  assert.equal(app.page.path, 'pages/b/b');
  assert.equal(app.app.instance.said, 'navigateTo:ok');
});

for (const kind of ['Page', 'Component']) {
  test(`a handler that is put on the instance of a ${kind} is called`, async (t) => {
    const created = "this.e0 = () => this.setData({ said: 'called' }); this.setData({ handler: 'e0' });";
    const script = kind === 'Page' ? `Page({ data: { handler: '' }, onLoad() { ${created} } })`
      : `Component({ data: { handler: '' }, attached() { ${created} } })`;
    const app = await start(t, page(script, '<button bindtap="{{handler}}">go</button><text>{{said}}</text>'));

    await app.tap(app.findText('go'));

    assert.equal(app.text, 'go\ncalled');
  });
}

test('an event has its fields for its own, and nodes as id and dataset', async (t) => {
  const script = 'Page({ on(e) { this.own = Object.keys(e); this.target = e.target; this.detail = e.detail; } })';
  const app = await start(t, page(script, '<input id="field" data-user-id="{{7}}" bindinput="on"/>'));

  await app.input(app.find('input')[0], 'ab');

  const { own, target, detail } = app.page.instance;
  assert.deepEqual([...own], ['type', 'timeStamp', 'detail', 'target', 'currentTarget', 'mark', 'mut']);
  assert.deepEqual(JSON.parse(JSON.stringify(target)), { id: 'field', offsetLeft: 0, offsetTop: 0, dataset: { userId: 7 } });
  assert.deepEqual(JSON.parse(JSON.stringify(detail)), { value: 'ab', cursor: 2, keyCode: 98 });
});

test('a minified module is one although its first word is not import', async (t) => {
  const app = await start(t, {
    ...page("import {x} from './m'; Page({ data: { x } })", '{{x}}'), 'pages/a/m.js': 'const x=5;export{x};',
  });

  assert.equal(app.text, '5');
});

test('a script of WXML knows regular expressions, other scripts, and kinds by the names of their constructors', async (t) => {
  const app = await start(t, {
    ...page('Page({ data: { list: [1] } })', '<wxs src="./m.wxs" module="m"/>{{m.kind(list)}} {{m.kind(1)}} {{m.has("a1")}}'),
    'pages/a/m.wxs': "var k = require('./k.wxs'); module.exports = { kind: k.kind, has: function (t) { return getRegExp('[0-9]').test(t); } };",
    'pages/a/k.wxs': 'module.exports.kind = function (value) { return value.constructor; };',
  });

  assert.equal(app.text, 'Array Number true');
});

test('a property may have the name of a field of the core', async (t) => {
  const app = await start(t, {
    ...page('Page({})', '<x dataset="given"/>', { usingComponents: { x: '/c/x' } }),
    'c/x.js': 'Component({ properties: { dataset: null } })', 'c/x.json': { component: true }, 'c/x.wxml': '{{dataset}}',
  });

  assert.equal(app.text, 'given');
});
