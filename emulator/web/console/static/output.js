// The output: what the code of a mini program printed, and what came of its calls.

import { find, make } from './dom.js';

const MAX_LINES = 300;

/** Print a line. */
export function say(text, kind = '') {
  find('output').append(make('li', { class: kind }, text));
  while (find('output').children.length > MAX_LINES) find('output').firstChild.remove();
  find('output').scrollTop = find('output').scrollHeight;
}

/** Return a value as a line shows it. */
export const shown = (value) => {
  if (value instanceof Error) return value.message;
  return typeof value === 'string' ? value : JSON.stringify(value, null, 1)?.replace(/\s*\n\s*/g, ' ') ?? String(value);
};

/** The console of the code that runs here. */
export const phoneConsole = Object.fromEntries(['log', 'info', 'warn', 'error', 'debug'].map(
  (name) => [name, (...given) => say(given.map(shown).join(' '), name === 'error' ? 'bad' : '')],
));
