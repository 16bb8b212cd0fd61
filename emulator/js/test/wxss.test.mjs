// Promises about WXSS as CSS.

import assert from 'node:assert/strict';
import test from 'node:test';

import { memoryReader } from '../src/reader.js';
import { compileStyles } from '../src/wxss.js';

const css = (text, options) => compileStyles(memoryReader({ 'a.wxss': text }), 'a.wxss', options).css;

test('rpx is a share of the screen width, but in texts and queries it stays', () => {
  const given = '@media (min-width: 10rpx) { .a { margin: -1.5rpx 2px; content: "3rpx"; width: calc(100% - 20rpx) } }';

  assert.equal(css(given), '@media (min-width: 10rpx) { .a { margin: calc(var(--rpx) * -1.5) 2px; content: "3rpx"; width: calc(100% - calc(var(--rpx) * 20)) } }');
});

test('an import stands at its place, is found without its ending, and is followed once', () => {
  const files = memoryReader({ 'pages/a.wxss': '@import "../b"; .a {}', 'b.wxss': '@import "/pages/a.wxss"; .b {}' });

  const { css: compiled, problems } = compileStyles(files, 'pages/a.wxss');

  assert.equal(compiled.replace(/\s+/g, ' ').trim(), '.b {} .a {}');
  assert.deepEqual(problems, []);
});

test('classes of a component get its prefix, also beside each other, and attributes and keyframes do not', () => {
  const given = '.a.b > view .c:not(.d), [href=".x"] {} @keyframes k { 12.5% {} }';

  assert.equal(css(given, { scope: 's' }), '.s--a.s--b > view .s--c:not(.s--d), [href=".x"] {} @keyframes k { 12.5% {} }');
});

test('a sheet keeps within an element without weighing more', () => {
  assert.equal(css('page, .a {}', { within: '#x' }), ':where(#x) page, :where(#x) .a {}');
});

test('a mistake and a missing import are told with file and line', () => {
  const { css: compiled, problems } = compileStyles(memoryReader({ 'a.wxss': '\n@import "no.wxss";' }), 'a.wxss');
  const broken = compileStyles(memoryReader({ 'b.wxss': '.a {\n' }), 'b.wxss').problems;

  assert.equal(compiled.trim(), '');
  assert.deepEqual(problems.map(String), ['Problem: a.wxss:2: @import names no.wxss, which is not there']);
  assert.deepEqual(broken.map(String), ['Problem: b.wxss:1: Unclosed block']);
});

test('a sheet that is not there is empty', () => {
  assert.deepEqual(compileStyles(memoryReader({}), 'a.wxss'), { css: '', problems: [] });
});
