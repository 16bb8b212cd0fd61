// What the benchmark measures of the runtime of mini programs: `node mini_program.mjs tap`, or `set-data ITEMS TIMES`.

import { start } from '../../emulator/js/test/helpers/program.mjs';

const TEST = { after: () => {} };
const [what, items = 0, times = 0] = process.argv.slice(2);
const MEASURES = { tap, 'set-data': setData };

/** From the start of Node to the first tap; the process's own time is what counts. */
async function tap() {
  const app = await start(TEST, {
    'pages/a/a.js': 'Page({ data: { n: 0 }, hit() { this.setData({ n: 1 }); } })',
    'pages/a/a.wxml': '<view bindtap="hit">tapped {{n}}</view>',
  });
  await app.tap(app.findText('tapped 0'));
  if (app.text !== 'tapped 1') throw new Error(app.text);
  app.close();
}

/** Milliseconds of one setData that changes every item of a list, printed. */
async function setData() {
  const app = await start(TEST, {
    'app.json': JSON.stringify({ pages: ['pages/a/a'], usingComponents: { list: '/list' } }),
    'pages/a/a.js': 'Page({})',
    'pages/a/a.wxml': '<list id="list"/>',
    'list.json': '{"component":true}',
    'list.js': 'Component({ data: { list: [] } })',
    'list.wxml': '<view wx:for="{{list}}" wx:key="id"><text>{{item.id}}</text> {{item.n}}</view>',
  });
  const list = app.page.instance.selectComponent('#list');
  const values = (n) => Array.from({ length: Number(items) }, (_, id) => ({ id, n }));
  const taken = [];
  for (let n = 0; n < Number(times) + 1; n += 1) {
    const began = performance.now();
    list.setData({ list: values(n) });
    taken.push(performance.now() - began);
  }
  app.close();
  taken.shift(); // the first one makes the nodes
  process.stdout.write(String(taken.sort((a, b) => a - b)[Math.floor(taken.length / 2)]));
}

await MEASURES[what]();
