// What Taro and uni-app compile runs, logs in at the emulator, and moves on.

import assert from 'node:assert/strict';
import test from 'node:test';

import { missing, startBuilt } from './programs.mjs';

const OPENID = /^o[\w-]{27}$/;

for (const { program, folder, name } of [
  { program: 'taro', folder: '.', name: 'Taro with React' },
  { program: 'uni', folder: 'dist/build/mp-weixin', name: 'uni-app with Vue 3' },
]) {
  const skip = missing(program);

  test(`a page of ${name} is drawn with what it was opened with`, { skip }, async (t) => {
    const app = await startBuilt(t, program, folder, { query: { from: 'a-card' } });

    assert.match(app.text, /from a-card/);
    assert.ok(app.findText('登录'));
    assert.deepEqual(app.errors, []);
  });

  test(`a tap logs ${name} in`, { skip }, async (t) => {
    const app = await startBuilt(t, program, folder);

    await app.tap(app.findText('登录'));

    const openid = app.wx.getStorageSync('openid');
    assert.match(openid, OPENID);
    assert.ok(app.findText(openid));
    assert.deepEqual(app.errors, []);
  });

  test(`${name} hears what is typed`, { skip }, async (t) => {
    const app = await startBuilt(t, program, folder);

    await app.input(app.find('input')[0], '小明');

    assert.match(app.text, /(typing|你好) 小明/);
  });

  test(`${name} opens its other page with a query`, { skip }, async (t) => {
    const app = await startBuilt(t, program, folder);

    await app.tap(app.findText('首页'));

    assert.match(app.page.path, /^pages\/home\//);
    assert.equal(app.text, 'home of alice');
    assert.deepEqual(app.errors, []);
  });
}

test('a form of Taro is sent by its button', { skip: missing('taro') }, async (t) => {
  const app = await startBuilt(t, 'taro', '.');
  await app.input(app.find('input')[0], '小明');

  await app.tap(app.findText('保存'));

  assert.match(app.text, /保存\n小明/);
});

test('a component of uni-app reaches its page by its event', { skip: missing('uni') }, async (t) => {
  const app = await startBuilt(t, 'uni', 'dist/build/mp-weixin');

  await app.tap(app.find('.pick')[1]);

  assert.match(app.text, /picked two/);
});
