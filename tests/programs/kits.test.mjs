// Component libraries: their button, input, dialog and toast, each as its documentation shows it.

import assert from 'node:assert/strict';
import test from 'node:test';

import { found, missing, startBuilt } from './programs.mjs';

const skip = missing('kits');

for (const { name, path, confirm } of [
  { name: 'tdesign-miniprogram', path: 'pages/tdesign/tdesign', confirm: '确定' },
  { name: '@vant/weapp', path: 'pages/vant/vant', confirm: '确认' },
]) {
  const start = (t) => startBuilt(t, 'kits', '.', { path });

  test(`an input of ${name} tells its page, and its form`, { skip }, async (t) => {
    const app = await start(t);

    await app.input(app.find('input')[0], '小明');
    await app.tap(app.findText('提交'));

    assert.match(app.text, /你好 小明/);
    assert.match(app.text, /submitted 小明/);
    assert.deepEqual(app.errors, []);
  });

  test(`a dialog of ${name} opens by a button and is confirmed`, { skip }, async (t) => {
    const app = await start(t);

    await app.tap(app.findText('询问'));
    await app.tap(await found(app, () => app.findText(confirm)));

    assert.ok(await found(app, () => app.findText('confirmed')));
    assert.deepEqual(app.errors, []);
  });

  test(`a toast of ${name} is shown`, { skip }, async (t) => {
    const app = await start(t);

    await app.tap(app.findText('提示'));

    assert.ok(await found(app, () => app.findText('已保存')));
    assert.deepEqual(app.errors, []);
  });

  test(`a disabled button of ${name} opens nothing`, { skip }, async (t) => {
    const app = await start(t);

    await app.tap(app.findText('不可用'));

    assert.equal(app.findText(confirm), undefined);
  });
}
