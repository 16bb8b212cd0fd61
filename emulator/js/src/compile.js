// JavaScript and TypeScript of mini programs as CommonJS, as DevTools compiles them.

import { loadSucrase } from './sucrase.js';
import { Problem } from './problem.js';

// Minified modules have them behind a semicolon or a brace, on one line with everything else.
const MODULE_WORDS = /(?:^|[;}]|\*\/)\s*(?:import[\s{*'"]|export[\s{*])/m;

/** @returns {string} a file's code as CommonJS; throws Problem with its line for a syntax error */
export function compile(code, path) {
  const isTypeScript = path.endsWith('.ts');
  if (!isTypeScript && !MODULE_WORDS.test(code)) return code;
  try {
    const { code: compiled } = loadSucrase().transform(code, {
      transforms: isTypeScript ? ['typescript', 'imports'] : ['imports'],
      disableESTransforms: true,
      preserveDynamicImport: false,
      filePath: path,
    });
    // The example of Casdoor mixes `import` with `module.exports = …`; what it assigns has to win.
    return compiled.replace(/^"use strict";Object\.defineProperty\(exports, "__esModule", \{value: true\}\);?/, (head) =>
      /\bmodule\.exports\s*=/.test(code) ? '"use strict";' : head);
  } catch (error) {
    throw new Problem(error.message.replace(/^Error transforming [^:]*: /, ''), path, error.loc?.line);
  }
}
