// What a user did to a built-in component: it shows until the mini program sets the attribute to something else.

import { attributeOf } from '../view.js';

/** Keep what a user chose; the data of the page does not hear of it. */
export function hold(node, name, value) {
  node.widget = { ...node.widget, [name]: { value, given: attributeOf(node, name) } };
}

/** @returns {any} what the user chose, or else what the mini program gave */
export function held(node, name) {
  const given = attributeOf(node, name);
  const kept = node.widget?.[name];
  return kept && Object.is(kept.given, given) ? kept.value : given;
}

/** Forget what the user did to a component. */
export function release(node) {
  delete node.widget;
}

/** @returns {boolean} a switch of a component; `disabled="false"` is a text, hence on, as at WeChat */
export function isOn(node, name) {
  return Boolean(attributeOf(node, name));
}

/** @returns {boolean} whether a checkbox, radio or switch is checked */
export function isChecked(node) {
  return Boolean(held(node, 'checked'));
}

/** @returns {any} an attribute that may be written `form-type` or `formType` */
export function dashed(node, name) {
  return attributeOf(node, name) ?? attributeOf(node, name.replace(/-(.)/g, (dash, letter) => letter.toUpperCase()));
}
