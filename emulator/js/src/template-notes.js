// What in a WXML file another core of WeChat takes otherwise, or what often surprises.

import { lineAt } from './problem.js';

const COMMENT = /<!--[^]*?-->/g;
const SCRIPTS = /(<wxs\b[^>]*>)([^]*?)(<\/wxs>)/g;
const MODULE = /<wxs\b[^>]*\bmodule\s*=\s*["']([\w$]+)["']/g;
const EXPRESSION = /\{\{([^]*?)\}\}/g;
const TEXT = /'(?:\\.|[^'\\])*'|"(?:\\.|[^"\\])*"/g;
/** What wcc, the compiler of WebView pages, refuses: facts of a run of it. */
const NEWER = [
  /\?\?/, /(?:^|[^\w$.])(?:typeof|void)\s+\S/, /\binstanceof\b/, />>>/, /\[[^\]]*\.\.\./, /§\s*[.[]/,
  /(?:^|[^\w$.])(?:\d[\d.]*e\d|0x)/i, /(?:^|[(\[,?:&|*/%<>=!+-])\s*\+(?!\+)/,
];
const CALL = /([A-Za-z_$][\w$]*)((?:\s*\.\s*[\w$]+|\s*\[[^\]]*\])*)\s*\(/g;
const FOR = /<[\w-]+(?:"[^"]*"|'[^']*'|[^>"'])*\bwx:for(?:-items)?\s*=(?:"[^"]*"|'[^']*'|[^>"'])*>/g;
const TRUE_TEXT = /\s(checked|disabled|hidden|loading|plain|password|focus|wx:if|wx:elif)\s*=\s*(["'])false\2/g;

/**
 * @param {string} text a WXML file
 * @param {(id: string, values: object) => void} note
 */
export function noteTemplate(text, note) {
  const blank = (found) => found.replace(/[^\n]/g, ' ');
  const markup = text.replace(COMMENT, blank).replace(SCRIPTS, (all, open, code, close) => open + blank(code) + close);
  const modules = new Set([...markup.matchAll(MODULE)].map(([, name]) => name));
  const line = (index) => lineAt(text, index);
  for (const { 1: expression, index } of markup.matchAll(EXPRESSION)) {
    const code = expression.replace(TEXT, '§');
    if (NEWER.some((one) => one.test(code))) note('wxml-newer', { expression: expression.trim(), line: line(index) });
    else if ([...code.matchAll(CALL)].some(([, name]) => !modules.has(name))) note('wxml-call', { expression: expression.trim(), line: line(index) });
  }
  for (const { 1: name, index } of markup.matchAll(TRUE_TEXT)) note('wxml-boolean-text', { name, line: line(index) });
  for (const { 0: tag, index } of markup.matchAll(FOR)) {
    if (!/\bwx:key\s*=/.test(tag)) note('wxml-key-missing', { line: line(index) });
  }
}
