// `createRequire` for the runtime in a browser: it knows the packages that the runtime asks for so.

import * as compiler from 'glass-easel-template-compiler';

import { load } from '../commonjs.js';

const KNOWN = {
  'glass-easel-template-compiler': compiler,
  get sucrase() { return load('sucrase'); },
};

export function createRequire() {
  return (name) => {
    if (name in KNOWN) return KNOWN[name];
    throw new Error(`the runtime in the browser has no ${name}; it has ${Object.keys(KNOWN).join(', ')}`);
  };
}
