import assert from 'node:assert/strict';
import test from 'node:test';

import { page, printed, start } from './helpers/program.mjs';

const PAGE = page('Page({})', '<view>here</view>');

/** @returns {Promise<string[]>} what app.js prints beside some files */
async function runApp(t, script, files = {}, app = {}) {
  const running = await start(t, { ...PAGE, ...files, 'app.js': script, 'app.json': { pages: ['pages/a/a'], ...app } });
  return printed(running);
}

test('a module is evaluated once', async (t) => {
  const words = await runApp(t, "require('./u').n += 1; console.log(require('./u.js').n)", { 'u.js': 'console.log("u"); exports.n = 1' });

  assert.deepEqual(words, ['u', '2']);
});

test('a bare name is a file beside the one that asks', async (t) => {
  const words = await runApp(t, "console.log(require('common.js').x)", { 'common.js': 'module.exports = {x: 1}' });

  assert.deepEqual(words, ['1']);
});

test('a folder is its index.js', async (t) => {
  const words = await runApp(t, "console.log(require('./utils').x)", { 'utils/index.js': 'exports.x = 2' });

  assert.deepEqual(words, ['2']);
});

test('a package is found in the nearest miniprogram_npm above', async (t) => {
  const words = await runApp(t, "require('./a/b')", {
    'a/b.js': "console.log(require('kit').who, require('@own/kit/more').who)",
    'a/miniprogram_npm/kit/index.js': 'exports.who = "near"',
    'miniprogram_npm/kit/index.js': 'exports.who = "far"',
    'miniprogram_npm/@own/kit/more.js': 'exports.who = "more"',
  });

  assert.deepEqual(words, ['near more']);
});

test('a package that was not built is read from node_modules, with a note', async (t) => {
  const app = await start(t, {
    ...PAGE,
    'app.js': "console.log(require('kit').who, require('plain').who)",
    'node_modules/kit/package.json': { miniprogram: 'lib' },
    'node_modules/kit/lib/index.js': 'exports.who = "kit"',
    'node_modules/plain/package.json': { main: 'dist/main.js' },
    'node_modules/plain/dist/main.js': 'exports.who = "plain"',
  });

  assert.deepEqual(printed(app), ['kit plain']);
  assert.deepEqual(app.notes.map(({ id, values }) => [id, values.name]), [['npm-not-built', 'kit'], ['npm-not-built', 'plain']]);
});

test('modules that require each other see what is exported so far', async (t) => {
  const words = await runApp(t, "console.log(require('./one').seen)", {
    'one.js': "exports.early = 1; exports.seen = require('./two').seen",
    'two.js': "exports.seen = JSON.stringify(require('./one'))",
  });

  assert.deepEqual(words, ['{"early":1}']);
});

test('a require that leads nowhere says which file asked, and on which line', async (t) => {
  const starting = runApp(t, "\nrequire('./u')", { 'u.js': "\n\nconst gone = require('./gone');" });

  await assert.rejects(starting, { message: "u.js:3: module './gone' is not defined, required by 'u.js'", file: 'u.js', line: 3 });
});

test('require.async and require with a callback give the module later', async (t) => {
  const words = await runApp(t, `
    require('./u', (u) => console.log('callback', u.x));
    require.async('./u').then((u) => console.log('promise', u.x));
    require.async('./gone').catch(({ errMsg }) => console.log(errMsg));
    console.log('first');
  `, { 'u.js': 'exports.x = 1' });

  assert.deepEqual(words, ['first', 'callback 1', 'promise 1', "module './gone' is not defined, required by 'app.js'"]);
});

test('an absolute name is taken from the top, with a note', async (t) => {
  const app = await start(t, { ...PAGE, 'app.js': "console.log(require('/utils/u').x)", 'utils/u.js': 'exports.x = 1' });

  assert.deepEqual(printed(app), ['1']);
  assert.deepEqual(app.notes.map(({ id }) => id), ['require-absolute']);
});

test('resolveAlias leads modules and components from the top, without a note', async (t) => {
  const app = await start(t, {
    'app.json': { pages: ['pages/a/a'], resolveAlias: { '~/*': '/*' }, usingComponents: { card: '~/comps/card' } },
    'app.js': "console.log(require('~/utils/u').x)",
    'utils/u.js': 'exports.x = 1',
    'pages/a/a.js': 'Page({})',
    'pages/a/a.wxml': '<card/>',
    'comps/card.js': 'Component({})',
    'comps/card.json': { component: true },
    'comps/card.wxml': '<view>a card</view>',
  });

  assert.deepEqual([printed(app), app.text, app.notes], [['1'], 'a card', []]);
});

test('ES modules and CommonJS are mixed as DevTools mixes them', async (t) => {
  const words = await runApp(t, `
    import * as all from './common';
    import common from './common';
    import made, { named } from './made';
    console.log(all.x, common.x, made, named);
    module.exports = { own: 1 };
  `, { 'common.js': 'module.exports = {x: 1}', 'made.js': 'export default 2; export const named = 3' });

  assert.deepEqual(words, ['1 1 2 3']);
});

test('a syntax error names its file and line', async (t) => {
  const starting = runApp(t, "require('./u')", { 'u.js': 'const a = 1;\nconst = 2;' });

  await assert.rejects(starting, (error) => error.message.startsWith('u.js:2: '));
});

test('what a module throws names its file and line', async (t) => {
  const starting = runApp(t, "require('./u')", { 'u.js': "\nthrow new Error('no')" });

  await assert.rejects(starting, { message: 'u.js:2: no' });
});

test('code is strict, and this is undefined at its top', async (t) => {
  const words = await runApp(t, 'console.log(typeof this, (function () { return typeof this; })())');

  assert.deepEqual(words, ['undefined undefined']);
});
