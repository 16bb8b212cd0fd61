// Keys: what is typed into a real field, as the events of the built-in input and textarea.

import { sendTo } from '../src/event.js';
import { nodeOf } from './touch.js';

/** @param {import('../src/mini-program.js').MiniProgram} app */
export function listenToTyping(app) {
  const screen = document.getElementById('mockdoor-screen');
  const isField = (target) => ['INPUT', 'TEXTAREA'].includes(target.tagName);
  const told = new WeakMap();

  function on(type, work) {
    screen.addEventListener(type, (event) => {
      const node = isField(event.target) && nodeOf(event.target);
      if (node) work(node, event.target, event);
    });
  }

  const send = (node, type, detail) => sendTo(app.core, node, type, detail);

  on('focusin', (node, field) => {
    told.set(field, field.value);
    send(node, 'focus', { value: field.value, height: 0 });
  });
  on('input', (node, field, event) => {
    if (event.isComposing) return;
    node.widget = { ...node.widget, value: field.value };
    send(node, 'input', { value: field.value, cursor: field.selectionStart ?? field.value.length, keyCode: field.value.charCodeAt(field.value.length - 1) || 0 });
    node.callModelBindingListener?.('value', field.value);
  });
  on('focusout', (node, field) => {
    send(node, 'blur', { value: field.value, cursor: field.value.length });
    if (field.getAttribute('type') === 'nickname') send(node, 'nicknamereview', { pass: true, timeout: false });
    if (field.tagName === 'INPUT' && told.get(field) !== field.value) send(node, 'change', { value: field.value });
  });
  on('keydown', (node, field, event) => {
    if (event.key !== 'Enter' || field.tagName !== 'INPUT') return;
    event.preventDefault();
    send(node, 'confirm', { value: field.value });
    field.blur();
  });
}
