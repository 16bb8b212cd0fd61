// The compiler of ES modules and TypeScript, read when a file needs it: many mini programs are CommonJS.

import { createRequire } from 'node:module';

const require = createRequire(import.meta.url);

/** @returns {{transform: Function}} sucrase */
export function loadSucrase() {
  return require('sucrase');
}
