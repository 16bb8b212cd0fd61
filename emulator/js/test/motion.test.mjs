// Navigators, things that scroll and swipe, pictures, and what is read of components that draw for themselves.

import assert from 'node:assert/strict';
import test from 'node:test';

import { page, start } from './helpers/program.mjs';

const SCRIPT = 'Page({ heard: [], on(e) { this.heard.push([e.type, e.detail]); } })';
const OTHERS = { 'pages/b/b.js': 'Page({})', 'pages/b/b.wxml': 'b', 'pages/a/c.js': 'Page({})', 'pages/a/c.wxml': 'c' };
const TABS = { 'app.json': { pages: ['pages/a/a', 'pages/b/b', 'pages/a/c'], tabBar: { list: [{ pagePath: 'pages/a/a' }, { pagePath: 'pages/b/b' }] } } };

const heard = (app) => JSON.parse(JSON.stringify(app.page.instance.heard));
const paths = (app) => app.routes.stack.map((one) => one.path);

for (const [attributes, stack] of [
  ['url="/pages/a/c?x=1"', ['pages/a/a', 'pages/a/c']],
  ['url="c"', ['pages/a/a', 'pages/a/c']],
  ['url="../a/c" open-type="redirect"', ['pages/a/c']],
  ['url="/pages/b/b" open-type="switchTab"', ['pages/b/b']],
  ['url="/pages/a/c" open-type="reLaunch"', ['pages/a/c']],
  ['open-type="exit"', ['pages/a/a']],
]) {
  test(`a navigator with ${attributes} leads there`, async (t) => {
    const app = await start(t, { ...page(SCRIPT, `<navigator ${attributes}>go</navigator>`), ...OTHERS, ...TABS });

    await app.tap(app.findText('go'));

    assert.deepEqual(paths(app), stack);
  });
}

test('a navigator leads back', async (t) => {
  const app = await start(t, { ...page(SCRIPT, ''), ...OTHERS, ...TABS, 'pages/a/c.wxml': '<navigator open-type="navigateBack">back</navigator>' });
  await app.open('/pages/a/c');

  await app.tap(app.findText('back'));

  assert.deepEqual(paths(app), ['pages/a/a']);
});

test('a navigator that leads nowhere fails with a reason', async (t) => {
  const app = await start(t, { ...page(SCRIPT, '<navigator url="/pages/b/b" bindfail="on" bindcomplete="on">go</navigator>'), ...OTHERS, ...TABS });

  await app.tap(app.findText('go'));

  const detail = { errMsg: 'navigateTo:fail can not navigateTo a tabbar page' };
  assert.deepEqual(heard(app), [['fail', detail], ['complete', detail]]);
});

test('a scroll-view tells of its ends and of being pulled', async (t) => {
  const app = await start(t, page(SCRIPT, '<scroll-view scroll-y bindscrolltolower="on" bindscrolltoupper="on" bindrefresherrefresh="on"/>'));

  for (const where of ['lower', 'upper', 'refresh']) app.widgets.scroll(app.find('scroll-view')[0], where);

  assert.deepEqual(heard(app), [
    ['scrolltolower', { direction: 'bottom' }], ['scrolltoupper', { direction: 'top' }], ['refresherrefresh', { dy: 0 }],
  ]);
});

test('a swiper changes to an item that it has', async (t) => {
  const app = await start(t, page(SCRIPT, '<swiper bindchange="on"><swiper-item/><swiper-item item-id="second"/></swiper>'));
  const [swiper] = app.find('swiper');

  app.widgets.swipe(swiper, 1);

  assert.deepEqual(heard(app), [['change', { current: 1, currentItemId: 'second', source: 'touch' }]]);
  assert.throws(() => app.widgets.swipe(swiper, 2), /this swiper has 2 items, counted from 0; there is no 2/);
});

test('an image loads with the size that is given, or fails', async (t) => {
  const app = await start(t, page(SCRIPT, '<image src="/a.png" bindload="on" binderror="on"/>'));
  const [image] = app.find('image');

  app.widgets.load(image, { width: 2, height: 3 });
  app.widgets.load(image, { error: 'GET /a.png 404' });

  assert.deepEqual(heard(app), [['load', { width: 2, height: 3 }], ['error', { errMsg: 'GET /a.png 404' }]]);
});

for (const [wxml, text] of [
  ['<rich-text nodes="<p>a&amp;lt;b</p><p>c</p>"/>', 'a<b\nc'],
  ['<rich-text nodes="{{nodes}}"/>', 'hello you'],
  ['<open-data type="userNickName"/>', '微信用户'],
  ['<progress percent="30" show-info/>', '30%'],
  ['<icon type="success"/><image src="a.png"/>', ''],
  ['<web-view src="https://a.example/"/>', '[https://a.example/]'],
  ['<page-meta page-style="color: red"><navigation-bar title="t"/></page-meta><view>in</view>', 'in'],
  ['<view hidden="{{true}}">no</view><view>yes</view>', 'yes'],
  ['<input placeholder="nickname"/>', 'nickname'],
]) {
  test(`${wxml} reads ${JSON.stringify(text)}`, async (t) => {
    const script = "Page({ data: { nodes: [{ name: 'b', children: [{ type: 'text', text: 'hello ' }] }, { type: 'text', text: 'you' }] } })";

    const app = await start(t, page(script, wxml));

    assert.equal(app.text, text);
  });
}
