// WeChat's template compiler in Node, loaded in a few milliseconds.
//
// Its main file holds the WebAssembly as 2.8 MB of text, whose decoding takes longer than all else at the start; the
// package has the same code and the same WebAssembly as files of their own.

import fs from 'node:fs';
import { createRequire } from 'node:module';
import path from 'node:path';
import vm from 'node:vm';

const require = createRequire(import.meta.url);
const NAME = 'glass-easel-template-compiler';
const GLUE = 'glass_easel_template_compiler_bg';

let loaded;

/** @returns {{TmplGroup: Function}} the compiler */
export function loadCompiler() {
  loaded ??= fromParts(path.dirname(require.resolve(NAME))) ?? require(NAME);
  return loaded;
}

function fromParts(folder) {
  const [code, binary] = [`${GLUE}.js`, `${GLUE}.wasm`].map((name) => path.join(folder, name));
  if (!fs.existsSync(code) || !fs.existsSync(binary)) return undefined;
  const names = [];
  const script = fs.readFileSync(code, 'utf8').replace(/^export (?=(?:function|class) (\w+))/gm, (whole, name) => {
    names.push(name);
    return '';
  });
  const exported = vm.compileFunction(`${script}\nreturn { ${names.join(', ')} };`, [], { filename: code })();
  const instance = new WebAssembly.Instance(new WebAssembly.Module(fs.readFileSync(binary)), { [`./${GLUE}.js`]: exported });
  exported.__wbg_set_wasm(instance.exports);
  return exported;
}
