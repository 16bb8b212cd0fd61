// Finding one's way around a built-in component: outwards, inwards, within the component that owns it.

import { tagOf, walk } from '../view.js';

/** @returns {object | undefined} the nearest node, from one outwards, that fits */
export function around(core, node, fits) {
  for (let one = node; one; one = outwards(one)) {
    if (!core.glassEasel.TextNode.isTextNode(one) && fits(one)) return one;
  }
  return undefined;
}

function outwards(node) {
  if (node.getComposedParent) return node.getComposedParent();
  return node.parentNode ?? node.getHostNode?.();
}

/** @returns {object | undefined} the nearest built-in component of a tag, from a node outwards */
export function tagAround(core, node, tag) {
  return around(core, node, (one) => tagOf(one, core) === tag);
}

/** @returns {object[]} the built-in components of a tag below a node */
export function within(core, node, tag) {
  return [...walk(node, core)].filter((one) => one !== node && tagOf(one, core) === tag);
}

/** @returns {object | undefined} the component whose WXML holds a node */
export function ownerOf(node) {
  return node.ownerShadowRoot?.getHostNode();
}

/** @returns {boolean} whether two nodes stand in one component's WXML */
export function haveOneOwner(node, other) {
  return node.ownerShadowRoot === other.ownerShadowRoot;
}
