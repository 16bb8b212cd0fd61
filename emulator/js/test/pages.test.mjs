import assert from 'node:assert/strict';
import test from 'node:test';

import { page, printed, start } from './helpers/program.mjs';

/** @returns {any} a value of the mini program's realm as one of ours */
const plain = (value) => JSON.parse(JSON.stringify(value));

const LOGGED = (name, more = '') => `Page({
  ${['onLoad', 'onShow', 'onReady', 'onHide', 'onUnload'].map((hook) => `${hook}() { console.log('${name}.${hook}'); }`).join(',\n')},
  ${more}
})`;

async function twoPages(t, more = {}) {
  const app = await start(t, {
    'app.json': { pages: ['pages/a/a', 'pages/b/b', 'pages/c/c'], ...more },
    'pages/a/a.js': LOGGED('a'), 'pages/b/b.js': LOGGED('b'), 'pages/c/c.js': LOGGED('c'),
  });
  app.output.length = 0;
  return app;
}

const TABS = { tabBar: { list: [{ pagePath: 'pages/a/a', text: 'A' }, { pagePath: 'pages/b/b', text: 'B' }] } };

test('a cold start runs the hooks in the order of WeChat', async (t) => {
  const app = await start(t, {
    ...page(LOGGED('page'), '<card/>', { usingComponents: { card: '/card' } }),
    'app.js': "App({ onLaunch(o) { console.log('launch', JSON.stringify(o)); }, onShow() { console.log('show'); } })",
    'card.js': "Component({ lifetimes: { created() { console.log('created'); }, attached() { console.log('attached', getCurrentPages().length, getCurrentPages()[0].route); }, ready() { console.log('ready'); } } })",
    'card.json': { component: true },
    'card.wxml': 'card',
  }, { path: 'pages/a/a?x=1', scene: 1007 });

  assert.deepEqual(printed(app), [
    'launch {"path":"pages/a/a","query":{"x":"1"},"scene":1007,"referrerInfo":{},"apiCategory":"default"}', 'show',
    'created', 'attached 1 pages/a/a', 'page.onLoad', 'page.onShow', 'ready', 'page.onReady',
  ]);
});

test('a guard may replace the hooks of the page that it sits in', async (t) => {
  const app = await start(t, {
    ...page(LOGGED('page'), '<guard/>', { usingComponents: { guard: '/guard' } }),
    'guard.js': `Component({ lifetimes: { attached() {
      const page = getCurrentPages().pop();
      page.onLoad = page.onShow = page.onReady = () => {};
      console.log(getCurrentPages().length);
    } } })`,
    'guard.json': { component: true },
    'guard.wxml': '',
  });

  assert.deepEqual(printed(app), ['1']);
});

test('navigateTo hides the page, navigateBack unloads the one on top', async (t) => {
  const app = await twoPages(t);

  await app.open('/pages/b/b');
  await app.open('/pages/c/c');
  await app.open('', 'navigateBack');

  assert.deepEqual(printed(app), [
    'a.onHide', 'b.onLoad', 'b.onShow', 'b.onReady', 'b.onHide', 'c.onLoad', 'c.onShow', 'c.onReady', 'c.onUnload', 'b.onShow',
  ]);
});

test('redirectTo unloads the page before the next one loads', async (t) => {
  const app = await twoPages(t);

  await app.open('/pages/b/b', 'redirectTo');

  assert.deepEqual(printed(app), ['a.onUnload', 'b.onLoad', 'b.onShow', 'b.onReady']);
});

test('reLaunch unloads all pages, the top first, and launches nothing', async (t) => {
  const app = await twoPages(t);
  await app.open('/pages/b/b');
  app.output.length = 0;

  await app.open('/pages/c/c', 'reLaunch');

  assert.deepEqual(printed(app), ['b.onUnload', 'a.onUnload', 'c.onLoad', 'c.onShow', 'c.onReady']);
});

test('switchTab keeps the tabs alive', async (t) => {
  const app = await twoPages(t, TABS);

  await app.open('/pages/a/a', 'switchTab');
  await app.open('/pages/b/b', 'switchTab');
  await app.open('/pages/a/a', 'switchTab');
  await app.open('/pages/c/c');
  app.output.length = 8;
  await app.open('/pages/a/a', 'switchTab');

  assert.deepEqual(printed(app), [
    'a.onHide', 'b.onLoad', 'b.onShow', 'b.onReady', 'b.onHide', 'a.onShow', 'a.onHide', 'c.onLoad', 'c.onUnload', 'a.onShow',
  ]);
});

test('switchTab from a page above a tab unloads that page and leaves the tab dangling', async (t) => {
  const app = await twoPages(t, TABS);
  await app.open('/pages/c/c');
  app.output.length = 0;

  await app.open('/pages/b/b', 'switchTab');

  assert.deepEqual(printed(app), ['c.onUnload', 'b.onLoad', 'b.onShow', 'b.onReady']);
});

for (const [api, url, message] of [
  ['navigateTo', '/pages/a/a', 'navigateTo:fail can not navigateTo a tabbar page'],
  ['redirectTo', '/pages/a/a', 'redirectTo:fail can not redirectTo a tabbar page'],
  ['switchTab', '/pages/c/c', 'switchTab:fail can not switch to no-tabBar page'],
  ['navigateTo', '/pages/x/x', 'navigateTo:fail page "pages/x/x" is not found'],
  ['navigateBack', '', 'navigateBack:fail cannot navigate back at first page.'],
]) {
  test(`${api} to ${url || 'nothing'} fails in WeChat's words`, async (t) => {
    const app = await twoPages(t, TABS);

    await assert.rejects(app.open(url, api), { message });
  });
}

test('the stack holds ten pages', async (t) => {
  const app = await twoPages(t);
  for (let n = 0; n < 9; n += 1) await app.open('/pages/b/b');

  await assert.rejects(app.open('/pages/b/b'), { message: 'navigateTo:fail webview count limit exceed' });
});

test('a url without a slash begins at the page that asks', async (t) => {
  const app = await start(t, {
    ...page("Page({ onLoad() { wx.navigateTo({ url: '../b/b?name=%E5%BC%A0&n=1' }); } })"),
    'pages/b/b.js': 'Page({ onLoad(query) { this.setData({ query: JSON.stringify(query) + JSON.stringify(this.options) }); } })',
    'pages/b/b.wxml': '{{query}}',
  });

  assert.equal(app.text, '{"name":"%E5%BC%A0","n":"1"}{"name":"%E5%BC%A0","n":"1"}');
});

test('pages talk through the channel of navigateTo', async (t) => {
  const app = await start(t, {
    ...page(`Page({ onLoad() {
      wx.navigateTo({
        url: '/pages/b/b',
        events: { up: (word) => console.log('opener heard', word) },
        success: (res) => res.eventChannel.emit('down', 'hello'),
      });
    } })`),
    'pages/b/b.js': `Page({ onLoad() {
      const channel = this.getOpenerEventChannel();
      channel.on('down', (word) => { console.log('opened heard', word); channel.emit('up', 'thanks'); });
    } })`,
  });

  assert.deepEqual(app.errors, []);
  assert.deepEqual(printed(app), ['opened heard hello', 'opener heard thanks']);
});

test('without an opener the channel is an empty object', async (t) => {
  const app = await start(t, page('Page({ onLoad() { console.log(JSON.stringify(this.getOpenerEventChannel())); } })'));

  assert.deepEqual(printed(app), ['{}']);
});

test('setData takes paths and makes what is missing on the way', async (t) => {
  const app = await start(t, page(`Page({ data: { a: { b: [{ c: 1 }] } }, onLoad() {
    this.setData({ 'a.b[0].c': 2, 'list[2].name': 'x', 'root.cn.[0].v': 1, 'a.b.[1]': 3, 'x-y': 4 });
  } })`));

  assert.deepEqual(plain(app.page.instance.data), {
    a: { b: [{ c: 2 }, 3] }, list: [null, null, { name: 'x' }], root: { cn: [{ v: 1 }] }, 'x-y': 4,
  });
});

test('setData copies, changes the data at once, and calls back later without this', async (t) => {
  const app = await start(t, page(`Page({ data: {}, onLoad() {
    const given = { n: 1 };
    this.setData({ given }, function () { console.log('rendered', typeof this); });
    given.n = 2;
    console.log(this.data.given.n, this.data.given !== given);
  }, onReady() {} })`));

  assert.deepEqual(printed(app), ['1 true', 'rendered undefined']);
});

test('a change of data without setData is not drawn', async (t) => {
  const app = await start(t, page('Page({ data: { n: 1 }, onLoad() { this.data.n = 2; } })', '{{n}}'));

  assert.equal(app.text, '1');
});

test('setData without an argument, with undefined, and after onUnload throws nothing', async (t) => {
  const app = await start(t, {
    ...page('Page({ onUnload() { setTimeout(() => this.setData({ n: 2 })); }, onLoad() { this.setData(); this.setData({ n: undefined }); } })'),
    'pages/b/b.js': 'Page({})',
  });

  await app.open('/pages/b/b', 'redirectTo');

  assert.deepEqual(app.errors, []);
  assert.ok(app.notes.some(({ id }) => id === 'setdata-undefined'));
});

test('setData of more than 1024 kB is noted, and done', async (t) => {
  const app = await start(t, page("Page({ onLoad() { this.setData({ text: 'x'.repeat(2 * 1024 * 1024) }); } })", '{{text.length}}'));

  assert.equal(app.page.instance.data.text.length, 2 * 1024 * 1024);
  assert.deepEqual(app.notes.find(({ id }) => id === 'setdata-large').values, { page: 'pages/a/a', kilobytes: 2048 });
});

test('two instances of a page share neither data nor other fields', async (t) => {
  const app = await start(t, page(`Page({ data: { list: [] }, own: { list: [] }, onLoad() {
    this.data.list.push(1); this.own.list.push(1);
    console.log(this.data.list.length, this.own.list.length);
  } })`));

  await app.open('/pages/a/a');

  assert.deepEqual(printed(app), ['1 1', '1 1']);
});

test('a page knows its route, its query and its tab bar', async (t) => {
  const app = await start(t, page('Page({ onLoad() { console.log(this.route, this.__route__, this.is, typeof this.getPageId(), this.getTabBar(), typeof this.router.navigateTo, typeof this.pageRouter.switchTab); } })'));

  assert.deepEqual(printed(app), ['pages/a/a pages/a/a pages/a/a string null function function']);
});

test("an error in a hook or a handler goes to the app's onError and stops nothing", async (t) => {
  const app = await start(t, {
    ...page("Page({\n onLoad() { throw new Error('one'); },\n onShow() { console.log('shown'); },\n tapped() { throw new Error('two'); } })", '<view bindtap="tapped">tap</view>'),
    'app.js': "App({ onError(message) { console.log(message.split('\\n')[0]); } })",
  });

  await app.tap(app.findText('tap'));

  assert.deepEqual(printed(app), ['pages/a/a.js:2: one', 'shown', 'pages/a/a.js:4: two']);
  assert.deepEqual(app.errors.map(({ message, file, line }) => [message, file, line]), [['one', 'pages/a/a.js', 2], ['two', 'pages/a/a.js', 4]]);
});

test('a rejection that nobody handles goes to onUnhandledRejection, else to the errors', async (t) => {
  const app = await start(t, {
    ...page("Page({ async onLoad() { await null; throw new Error('late'); } })"),
    'app.js': "App({ onUnhandledRejection({ reason }) { console.log(reason.message); } })",
  });
  const other = await start(t, page("Page({ async onLoad() { await null; throw new Error('late'); } })"));

  assert.deepEqual([printed(app), app.errors], [['late'], []]);
  assert.deepEqual(other.errors.map(({ message, file, line }) => [message, file, line]), [['late', 'pages/a/a.js', 1]]);
});

test('a missing handler is named in words, and goes on', async (t) => {
  const app = await start(t, page('Page({})', '<view bindtap="gone">tap</view>'));

  await app.tap(app.findText('tap'));

  assert.deepEqual(printed(app), ['Component "pages/a/a" does not have a method "gone" to handle event "tap".']);
});

test('a page written with Component has its hooks in methods and takes the query as properties', async (t) => {
  const app = await start(t, page(`Component({ properties: { n: Number }, methods: { onLoad(query) { console.log(query.n, typeof this.data.n, this.data.n); }, onShow() { console.log('show'); } } })`), { path: 'pages/a/a?n=5' });

  assert.deepEqual(printed(app), ['5 number 5', 'show']);
});

test('createSelectorQuery answers later, with zeros', async (t) => {
  const app = await start(t, page(`Page({ onReady() {
    wx.createSelectorQuery().select('#box').boundingClientRect((rect) => console.log(rect.width, rect.id)).selectViewport().scrollOffset().exec((all) => console.log(all.length));
    console.log('first');
  } })`, '<view id="box">x</view>'));

  assert.deepEqual(printed(app), ['first', '0 box', '2']);
});
