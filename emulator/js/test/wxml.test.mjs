import assert from 'node:assert/strict';
import test from 'node:test';

import { page, printed, start } from './helpers/program.mjs';

/** @returns {Promise<string>} what a page shows, on one line */
async function shown(t, wxml, data = {}, more = {}) {
  const app = await start(t, { ...page(`Page({ data: ${JSON.stringify(data)} })`, wxml), ...more });
  return app.text.replace(/\n/g, '');
}

for (const [what, wxml, data, expected] of [
  ['what is missing is nothing', '[{{a}}][{{b}}][{{c.d.e}}]', { b: null }, '[][][]'],
  ['objects, arrays and truth as texts', '{{o}} {{l}} {{t}}', { o: {}, l: [1, 2], t: true }, '[object Object] 1,2 true'],
  ['wx:if of a text is true', "<view wx:if=\"{{'false'}}\">a</view><view wx:if=\"false\">b</view><view wx:if=\"{{[]}}\">c</view>", {}, 'abc'],
  ['if, elif and else', '<view wx:if="{{n===1}}">a</view><view wx:elif="{{n===2}}">b</view><view wx:else>c</view>', { n: 2 }, 'b'],
  ['for outside, if inside', '<text wx:for="{{[1,2,3]}}" wx:if="{{item>1}}" wx:key="*this">{{index}}:{{item}} </text>', {}, '1:2 2:3'],
  ['for over a text, a number, an object, nothing', '<block wx:for="ab">{{item}}</block>|<block wx:for="{{3}}">{{item}}</block>|<block wx:for="{{o}}">{{index}}={{item}}</block>|<block wx:for="{{u}}">x</block>', { o: { k: 'v' } }, 'ab|012|k=v|'],
  ['for with names, nested', '<block wx:for="{{rows}}" wx:for-item="row" wx:for-index="i"><block wx:for="{{row}}">{{i}}{{index}}{{item}} </block></block>', { rows: [['a'], ['b', 'c']] }, '00a 10b 11c'],
  ['a template has its own scope', '<template name="t">[{{a}}{{b}}{{x}}]</template><template is="t" data="{{a, b:2, ...o}}"/>', { a: 1, x: 9, o: { c: 3 } }, '[12]'],
  ['a template is chosen by an expression', '<template name="one">1</template><template name="two">2</template><template is="{{n ? \'two\' : \'one\'}}"/>', { n: 1 }, '2'],
  ['calls of what is no wxs give nothing', "[{{o.m()}}][{{Math.max(1,2)}}][{{s.slice(1)}}]", { o: {}, s: 'abc' }, '[][][]'],
  ['operators', "{{1+2*3}} {{7%4}} {{a>1&&!b||'x'}} {{a?1:2}} {{[1,a][1]}} {{~1}} {{1<<2}}", { a: 2, b: false }, '7 3 true 1 2 -2 4'],
  ['wxs with its own dates and patterns', `<wxs module="m">var r = getRegExp("a+", "g"); module.exports = { f: function (s) { return s.replace(r, "b") + getDate(0).getTime() + typeof wx; } };</wxs>{{m.f("caat")}}`, {}, 'cbt0undefined'],
]) {
  test(`WXML: ${what}`, async (t) => {
    assert.equal(await shown(t, wxml, data), expected);
  });
}

test('wxs of a file may require others', async (t) => {
  const text = await shown(t, '<wxs src="./a.wxs" module="a"/>{{a.twice(2)}}', {}, {
    'pages/a/a.wxs': "var b = require('../../b.wxs'); module.exports.twice = function (n) { return b.plus(n, n); };",
    'b.wxs': 'module.exports = { plus: function (a, b) { return a + b; } };',
  });

  assert.equal(text, '4');
});

test('import brings templates, not those that the imported file imports', async (t) => {
  const app = await start(t, {
    ...page('Page({})', '<import src="../../one.wxml"/><template is="one"/><template is="two"/>'),
    'one.wxml': '<import src="two.wxml"/><template name="one">1</template>',
    'two.wxml': '<template name="two">2</template>',
  });

  assert.equal(app.text, '1');
});

test('include pastes what a file shows', async (t) => {
  assert.equal(await shown(t, '<include src="/parts/head.wxml"/>body {{n}}', { n: 1 }, { 'parts/head.wxml': '<text>head {{n}}</text> ' }), 'head 1body 1');
});

test('model:value is bound both ways', async (t) => {
  const app = await start(t, page("Page({ data: { name: 'a' } })", '<input model:value="{{name}}"/>{{name}}'));

  await app.input(app.find('input')[0], 'b');

  assert.equal(app.page.instance.data.name, 'b');
});

test('a plain value is not bound back', async (t) => {
  const app = await start(t, page("Page({ data: { name: 'a' } })", '<input value="{{name}}"/>'));

  await app.input(app.find('input')[0], 'b');

  assert.equal(app.page.instance.data.name, 'a');
});

const HEAR = "Page({ hear(e) { console.log(e.currentTarget.dataset.n); } })";

for (const [what, wxml, expected] of [
  ['bind lets it bubble', '<view data-n="out" bindtap="hear"><view data-n="in" bind:tap="hear">tap</view></view>', ['in', 'out']],
  ['catch stops it', '<view data-n="out" bindtap="hear"><view data-n="in" catchtap="hear">tap</view></view>', ['in']],
  ['capture comes first, outside in', '<view data-n="out" capture-bind:tap="hear" bindtap="hear"><view data-n="in" bindtap="hear">tap</view></view>', ['out', 'in', 'out']],
  ['capture-catch stops it on the way in', '<view data-n="out" capture-catch:tap="hear"><view data-n="in" bindtap="hear">tap</view></view>', ['out']],
  ['only one mut-bind is called', '<view data-n="out" mut-bind:tap="hear"><view data-n="in" mut-bind:tap="hear">tap</view></view>', ['in']],
]) {
  test(`events: ${what}`, async (t) => {
    const app = await start(t, page(HEAR, wxml));

    await app.tap(app.findText('tap'));

    assert.deepEqual(printed(app), expected);
  });
}

test('an event has the shape of WeChat', async (t) => {
  const app = await start(t, page("Page({ hear(e) { e.timeStamp = 0; console.log(JSON.stringify(e)); } })", '<view id="box" bindtap="hear" data-user-id="{{1}}" data-b="1" mark:a="x"><text>tap</text></view>'));

  await app.tap(app.findText('tap'));

  const event = JSON.parse(printed(app)[0]);
  const place = { id: 'box', offsetLeft: 0, offsetTop: 0, dataset: { userId: 1, b: '1' } };
  assert.deepEqual(event.currentTarget, place);
  assert.deepEqual(Object.keys(event).sort(), ['_userTap', 'changedTouches', 'currentTarget', 'detail', 'mark', 'mut', 'target', 'timeStamp', 'touches', 'type']);
  assert.deepEqual([event.mark, event.detail], [{ a: 'x' }, { x: 0, y: 0 }]);
});

test('a handler may be named by data, and be put on the instance later', async (t) => {
  const app = await start(t, page("Page({ onLoad() { this.e0 = () => console.log('heard'); this.setData({ l: 'e0' }); } })", '<view bindtap="{{l}}">tap</view>'));

  await app.tap(app.findText('tap'));

  assert.deepEqual(printed(app), ['heard']);
});

test('a handler of wxs is called with the event and its owner', async (t) => {
  const app = await start(t, page('Page({ data: {}, told(word) { console.log(word); } })', `
    <wxs module="m">module.exports = { f: function (event, owner) { owner.callMethod('told', event.type); } };</wxs>
    <view bindtap="{{m.f}}">tap</view>`));

  await app.tap(app.findText('tap'));

  assert.deepEqual(printed(app), ['tap']);
});

test('a mistake in WXML is named with its file and line', async (t) => {
  const starting = start(t, page('Page({})', '<view>\n<text>{{a +}}</text>\n</view>'));

  await assert.rejects(starting, (error) => error.message.startsWith('pages/a/a.wxml:2: '));
});

test('wx:else without wx:if is a mistake', async (t) => {
  const starting = start(t, page('Page({})', '<view/>\n<view wx:else>x</view>'));

  await assert.rejects(starting, (error) => error.message.startsWith('pages/a/a.wxml:2: '));
});

for (const expression of ['a ?? 1', 'typeof a', '+a', '[1,...l]', "'s'.length", '1e3', '0x10', 'a >>> 1', 'void a']) {
  test(`what only the newer core accepts is noted: ${expression}`, async (t) => {
    const app = await start(t, page('Page({ data: { l: [] } })', `<view>\n{{${expression}}}</view>`));

    assert.deepEqual(app.notes, [{ id: 'wxml-newer', values: { expression, file: 'pages/a/a.wxml', line: 2 } }]);
  });
}

test('what both cores accept is not noted', async (t) => {
  const app = await start(t, page('Page({ data: {} })', `<view a="{{ {x:1} }}" b="{{a.b['typeof + ??']}}" c="{{n - 1 + -1}}" d="{{'a b' + b}}">{{ a ? 'x' : -1 }} 1e3 {{n > 1.5}}</view>`));

  assert.deepEqual(app.notes, []);
});

for (const [id, wxml] of [
  ['wxml-boolean-text', '<switch checked="false"/>'],
  ['wxml-boolean-text', '<view wx:if="false">x</view>'],
  ['wxml-key-missing', '<view wx:for="{{[1]}}">x</view>'],
  ['wxml-call', '<view>{{s.slice(1)}}</view>'],
]) {
  test(`a pitfall stays one, with the note ${id}: ${wxml}`, async (t) => {
    const app = await start(t, page('Page({ data: {} })', wxml));

    assert.deepEqual(app.notes.map((note) => note.id), [id]);
  });
}
