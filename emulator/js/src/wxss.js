// WXSS as the CSS of a browser: rpx, @import at its place, and the classes of a component with its prefix.

import postcss from 'postcss';

import { Problem } from './problem.js';
import { folderOf, join } from './reader.js';

const RPX = /(^|[^\w#.-])([+-]?(?:\d+\.?\d*|\.\d+))rpx\b/g;
const CLASS = /\.(-?[A-Za-z_\u0080-\uffff][\w\u0080-\uffff-]*)/g;
/** Parts of a selector whose dots begin no class: attributes and texts. */
const OPAQUE = /(\[[^\]]*\]|"[^"]*"|'[^']*')/;

/** @returns {string} a value with every rpx as a share of the screen's width, which is `750 * var(--rpx)` */
export function withoutRpx(value) {
  return value.split(/("[^"]*"|'[^']*')/).map((part, index) => (
    index % 2 ? part : part.replace(RPX, (_, before, number) => `${before}calc(var(--rpx) * ${number})`))).join('');
}

/**
 * @param {import('./reader.js').Reader} files
 * @param {string} path of the sheet; one that is not there is empty
 * @param {{scope?: string, within?: string}} [options] scope: what the component core puts before classes of this
 *   component; within: a selector of the element that the sheet ends at, so that it leaves the rest of a document alone
 * @returns {{css: string, problems: Problem[]}}
 */
export function compileStyles(files, path, { scope = '', within = '' } = {}) {
  const problems = [];
  const root = files.has(path) ? withImports(files, path, problems, []) : postcss.parse('');
  root.walkDecls((declaration) => { declaration.value = withoutRpx(declaration.value); });
  root.walkRules((rule) => {
    if (isKeyframe(rule)) return;
    const whole = rule.selector.split(OPAQUE).map((part, index) => (index % 2 ? part : scoped(part, scope))).join('');
    rule.selector = whole;
    if (within) rule.selectors = rule.selectors.map((one) => `:where(${within}) ${one}`);
  });
  return { css: root.toString(), problems };
}

function scoped(selector, scope) {
  return scope ? selector.replace(CLASS, (_, name) => `.${scope}--${name}`).replace(/:host\b/g, `[data-host="${scope}"]`) : selector;
}

function isKeyframe(rule) {
  return rule.parent.type === 'atrule' && /keyframes$/.test(rule.parent.name);
}

function withImports(files, path, problems, above) {
  const root = parsed(files, path, problems);
  root.walkAtRules('import', (rule) => {
    const named = /["']([^"']+)["']/.exec(rule.params)?.[1] ?? '';
    const target = join(folderOf(path), named);
    const found = target && [target, `${target}.wxss`].find((one) => files.has(one));
    if (found && ![...above, path].includes(found)) {
      rule.replaceWith(withImports(files, found, problems, [...above, path]).nodes);
      return;
    }
    if (!found) problems.push(new Problem(`@import names ${named}, which is not there`, path, rule.source?.start?.line));
    rule.remove();
  });
  return root;
}

function parsed(files, path, problems) {
  try {
    return postcss.parse(files.read(path), { map: false });
  } catch (error) {
    problems.push(new Problem(error.reason ?? error.message, path, error.line));
    return postcss.parse('');
  }
}
