// Loops of a mini program that look at the clock, so that one without an end is stopped where it is, by its line.
//
// The limit of a realm stops all code too. But Node cannot take up again what it stops in the middle of a promise's
// callback while a test runner watches promises: the process would end. So loops are stopped by an error of their own.

import { createRequire } from 'node:module';

/** What the code calls before each turn of a loop; a name that no mini program has. */
export const TURN = '__mockdoorTurn__';
const require = createRequire(import.meta.url);
let parser;

/** The parser is read when the first loop is met: many mini programs have none. */
function loadParser() {
  if (parser) return parser;
  const { parse } = require('sucrase/dist/parser');
  const { TokenType } = require('sucrase/dist/parser/tokenizer/types');
  const { parenL, parenR, braceL, braceR, bracketL, bracketR, dollarBraceL } = TokenType;
  parser = { parse, TokenType, opens: new Set([parenL, braceL, bracketL, dollarBraceL]), closes: new Set([parenR, braceR, bracketR]) };
  return parser;
}

/** @returns {string} code whose `while` and `for (;;)` loops call TURN; unchanged when it cannot be read */
export function guardLoops(code) {
  if (!/\b(?:while|for)\b/.test(code)) return code;
  const { parse, TokenType } = loadParser();
  let tokens;
  try {
    ({ tokens } = parse(code, false, false, false));
  } catch {
    return code; // whoever evaluates it names the mistake
  }
  let guarded = '';
  let done = 0;
  for (const [index, { type }] of tokens.entries()) {
    const place = type === TokenType._while ? tokens[index + 1] : type === TokenType._for ? firstSemicolon(tokens, index + 1) : undefined;
    if (!place) continue;
    const empty = type === TokenType._for && code.slice(place.end).trimStart().startsWith(';');
    guarded += `${code.slice(done, place.end)}${TURN}()${empty ? ',true' : ','}`;
    done = place.end;
  }
  return guarded + code.slice(done);
}

/** The first semicolon between the parentheses of a `for`; none in `for … of` and `for … in`. */
function firstSemicolon(tokens, start) {
  const { TokenType, opens, closes } = parser;
  if (tokens[start]?.type !== TokenType.parenL) return undefined;
  let depth = 0;
  for (let index = start; index < tokens.length; index += 1) {
    const { type } = tokens[index];
    if (opens.has(type)) depth += 1;
    if (closes.has(type)) depth -= 1;
    if (!depth) return undefined;
    if (depth === 1 && type === TokenType.semi) return tokens[index];
  }
  return undefined;
}

/**
 * @param {number} longest milliseconds
 * @param {(milliseconds: number) => never} stop
 * @returns {{begin: () => void, turn: () => void}} to be called when code is entered, and at each turn of a loop
 */
export function createClock(longest, stop) {
  let turns = 0;
  let began = 0;
  return {
    begin() { began = performance.now(); },
    turn() {
      turns += 1;
      if (turns % 1024 === 0 && performance.now() - began > longest) stop(longest);
    },
  };
}
