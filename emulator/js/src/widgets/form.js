// Forms: which fields a form sees, what it sends, and how it is reset.

import { sendTo } from '../event.js';
import { attributeOf, shownBelow, tagOf, walk } from '../view.js';
import { release } from './held.js';
import { around, haveOneOwner, ownerOf } from './tree.js';

/** Built-in components that a form collects by their `name`. */
export const FIELDS = ['input', 'textarea', 'checkbox-group', 'radio-group', 'switch', 'slider', 'picker'];
/** Built-in components that a reset puts back. */
const RESET = [...FIELDS, 'checkbox', 'radio'];

/** @param {{app: object, core: object, valueOf: (node: object) => any}} options */
export function createForms({ app, core, valueOf }) {
  const isComponent = (node) => core.glassEasel.Component.isComponent(node);
  const behaves = (node, name) => isComponent(node) && app.pages.behaves(node, `wx://${name}`);

  /** A button was pressed: send the form around it off, or reset it. */
  function sentBy(button, formType) {
    const form = formType && formAround(button);
    if (!form) return;
    if (formType === 'submit') submit(form, button);
    if (formType === 'reset') reset(form);
  }

  /** A button inside a component reaches the form outside only through `wx://form-field-button`. */
  function formAround(button) {
    let inner = button;
    return around(core, button, (node) => {
      if (tagOf(node, core) === 'form') return haveOneOwner(node, inner);
      if (behaves(node, 'form-field-button') && ownerOf(inner) === node) inner = node;
      return false;
    });
  }

  function submit(form, button) {
    sendTo(core, form, 'submit', { value: valuesOf(form), target: { id: button.id ?? '', dataset: { ...button.dataset } } });
  }

  function valuesOf(form) {
    const values = {};
    for (const [name, value] of fieldsBelow(form, form)) values[name] = value;
    return values;
  }

  /** Yields names and values; `seen` is a node of the WXML that the form reads. */
  function* fieldsBelow(node, seen) {
    for (const child of shownBelow(node, core)) {
      if (core.glassEasel.TextNode.isTextNode(child)) continue;
      const field = haveOneOwner(child, seen) ? fieldOf(child) : undefined;
      if (field) yield field;
      const inside = behaves(child, 'form-field-group') && haveOneOwner(child, seen);
      if (inside) yield* fieldsBelow(child.getShadowRoot(), { ownerShadowRoot: child.getShadowRoot() });
      else yield* fieldsBelow(child, seen);
    }
  }

  function fieldOf(node) {
    if (behaves(node, 'form-field')) {
      const { name, value } = node.data;
      return name ? [name, value] : undefined;
    }
    const name = FIELDS.includes(tagOf(node, core)) && attributeOf(node, 'name');
    return name ? [String(name), valueOf(node)] : undefined;
  }

  function reset(form) {
    for (const node of walk(form, core)) if (RESET.includes(tagOf(node, core)) && haveOneOwner(node, form)) release(node);
    sendTo(core, form, 'reset', {});
  }

  return { sentBy, valuesOf, submit, reset };
}
