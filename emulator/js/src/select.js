// Finding nodes of a page: by a selector, by their text.

import { tagOf, textOf, walk } from './view.js';

const COMPOUND = /([\w-]+)|#([\w-]+)|\.([\w-]+)|\[([\w-]+)(?:=["']?([^"'\]]*)["']?)?\]/g;

/** Nodes below a root that a selector finds, in the order of the page. */
export function select(app, selector, root) {
  const found = new Set();
  for (const part of selector.split(',')) {
    let nodes = [root];
    for (const compound of part.trim().split(/\s*>>>\s*|\s+/)) {
      nodes = nodes.flatMap((node) => [...walk(node, app.core)].slice(1).filter((one) => fits(app, one, compound)));
    }
    nodes.forEach((node) => found.add(node));
  }
  return [...found];
}

function fits(app, node, compound) {
  if (app.core.glassEasel.TextNode.isTextNode(node)) return false;
  return [...compound.matchAll(COMPOUND)].every(([, tag, id, name, attribute, value]) => {
    if (tag) return tagOf(node, app.core) === tag;
    if (id) return node.id === id || node.id?.endsWith(`--${id}`);
    if (name) return (node.class ?? '').split(/\s+/).includes(name);
    const has = node.attributes?.find?.((one) => one.name === attribute);
    return Boolean(has) && (value === undefined || String(has.value) === value);
  });
}

/** @returns {object | undefined} the innermost node whose text is, or else contains, a text */
export function nodeWithText(app, text) {
  const { TextNode } = app.core.glassEasel;
  const nodes = [...walk(app.page.component, app.core)].filter((node) => !TextNode.isTextNode(node));
  const exact = nodes.filter((node) => textOf(node, app.core) === text);
  const near = exact.length ? exact : nodes.filter((node) => textOf(node, app.core).includes(text));
  return near.findLast((node) => near.every((other) => other === node || !isInside(app, other, node))) ?? near.at(-1);
}

function isInside(app, node, outer) {
  if (node === outer) return false;
  for (const one of walk(outer, app.core)) if (one === node) return true;
  return false;
}
