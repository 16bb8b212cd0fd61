// The component of mini_program.mjs in miniprogram-simulate: `node simulate.cjs FOLDER ITEMS TIMES`, with FOLDER/node_modules.

const fs = require('node:fs');
const { createRequire } = require('node:module');
const os = require('node:os');
const path = require('node:path');

const [folder, items, times] = process.argv.slice(2);
const from = createRequire(path.join(folder, 'package.json'));
const { JSDOM } = from('jsdom');
const { window } = new JSDOM('<body></body>', { pretendToBeVisual: true });
for (const name of ['window', 'document', 'HTMLElement', 'Node', 'Event', 'CustomEvent', 'MutationObserver', 'requestAnimationFrame']) {
  globalThis[name] = name === 'window' ? window : window[name];
}
const simulate = from('miniprogram-simulate');

const place = fs.mkdtempSync(path.join(os.tmpdir(), 'mockdoor-bench-'));
const files = {
  'list.json': '{"component":true}',
  'list.js': 'Component({ data: { list: [] } })',
  'list.wxml': '<view wx:for="{{list}}" wx:key="id"><text>{{item.id}}</text> {{item.n}}</view>',
  'list.wxss': '',
};
for (const [name, text] of Object.entries(files)) fs.writeFileSync(path.join(place, name), text);
const component = simulate.render(simulate.load(path.join(place, 'list'), { rootPath: place, compiler: 'simulate' }));
component.attach(document.body);
const values = (n) => Array.from({ length: Number(items) }, (_, id) => ({ id, n }));
const taken = [];
for (let n = 0; n < Number(times) + 1; n += 1) {
  const began = performance.now();
  component.instance.setData({ list: values(n) });
  taken.push(performance.now() - began);
}
fs.rmSync(place, { recursive: true });
if (!component.dom.textContent.includes(String(Number(times)))) throw new Error(component.dom.textContent.slice(0, 80));
taken.shift();
process.stdout.write(String(taken.sort((a, b) => a - b)[Math.floor(taken.length / 2)]));
process.exit(0);
