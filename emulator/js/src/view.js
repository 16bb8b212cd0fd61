// What a page shows, as the component core holds it: walking it, reading its text, finding nodes.

import { textShown } from './widgets/shown.js';

/** Built-in tags whose text stands on a line of its own. */
const BLOCKS = new Set(['view', 'button', 'form', 'scroll-view', 'swiper', 'swiper-item', 'navigator', 'input', 'textarea', 'picker', 'label', 'rich-text', 'checkbox', 'radio', 'web-view']);

/** @returns {'text' | 'component' | 'native' | 'virtual'} what kind a node is */
export function kindOf(node, { glassEasel }) {
  if (glassEasel.TextNode.isTextNode(node)) return 'text';
  if (glassEasel.Component.isComponent(node)) return 'component';
  return glassEasel.NativeNode.isNativeNode(node) ? 'native' : 'virtual';
}

/** @returns {object[]} the nodes below one as a user sees them: components by what they show, slots by what fills them */
export function shownBelow(node, core) {
  const { glassEasel } = core;
  if (glassEasel.TextNode.isTextNode(node)) return [];
  if (glassEasel.Component.isComponent(node)) return composed(node.getShadowRoot(), core);
  return composed(node, core);
}

function composed(node, core) {
  const children = [];
  node.forEachComposedChild?.((child) => { children.push(child); });
  return children;
}

/** Yields a node and all that is shown below it, depth first. */
export function* walk(node, core) {
  yield node;
  for (const child of shownBelow(node, core)) yield* walk(child, core);
}

/** @returns {string} the tag as WXML names it, empty for a text or a block */
export function tagOf(node, core) {
  const kind = kindOf(node, core);
  if (kind === 'component') return node.tagName ?? node.is;
  return kind === 'native' ? node.is : '';
}

/** @returns {string} what a user reads of a node, blocks on lines of their own */
export function textOf(node, core) {
  return gathered(node, core).replace(/[ \t]+/g, ' ').replace(/ *\n[ \n]*/g, '\n').trim();
}

function gathered(node, core) {
  const { glassEasel } = core;
  if (glassEasel.TextNode.isTextNode(node)) return node.textContent;
  if (isHidden(node)) return '';
  const tag = tagOf(node, core);
  const own = textShown(node, tag);
  const inner = own ?? shownBelow(node, core).map((child) => gathered(child, core)).join('');
  return BLOCKS.has(tag) || kindOf(node, core) === 'component' ? `\n${inner}\n` : inner;
}

/** @returns {boolean} whether `hidden` keeps a node from being seen */
export function isHidden(node) {
  const value = attributeOf(node, 'hidden');
  return value !== undefined && value !== false && value !== null && value !== '';
}

/** @returns {any} an attribute of a built-in component, undefined without it */
export function attributeOf(node, name) {
  const found = node.attributes?.find?.((one) => one.name === name);
  return found ? found.value : undefined;
}

/** @returns {string} a page as indented text, for a person who looks for the fault */
export function outline(node, core, depth = 0) {
  const { glassEasel } = core;
  const indent = '  '.repeat(depth);
  if (glassEasel.TextNode.isTextNode(node)) {
    const text = node.textContent.trim();
    return text ? `${indent}${text}\n` : '';
  }
  const tag = tagOf(node, core);
  const inner = (deeper) => shownBelow(node, core).map((child) => outline(child, core, deeper)).join('');
  if (!tag) return inner(depth);
  const marks = `${node.id ? `#${node.id}` : ''}${node.class ? `.${node.class.trim().split(/\s+/).join('.')}` : ''}`;
  const openType = attributeOf(node, 'open-type');
  const hidden = isHidden(node) ? ' (hidden)' : '';
  return `${indent}<${tag}${marks}${openType ? ` open-type=${openType}` : ''}>${hidden}\n${inner(depth + 1)}`;
}
