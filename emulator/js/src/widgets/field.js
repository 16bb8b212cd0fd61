// Fields that are typed into: input, with its nickname keyboard, and textarea.

import { askOf, sendModel, sendTo } from '../event.js';
import { attributeOf, tagOf } from '../view.js';
import { held, hold, isOn } from './held.js';

const LONGEST = 140;

/** @returns {{input: Function, confirm: Function, text: Function}} */
export function createFields({ core }) {
  const text = (node) => String(held(node, 'value') ?? '');

  /** Type a text into a field, replacing what is there; `review: false` has WeChat reject a nickname. */
  function input(node, typed, { review = true } = {}) {
    needField(node);
    const before = text(node);
    const isNickname = attributeOf(node, 'type') === 'nickname';
    sendTo(core, node, 'focus', { value: before, height: 0 });
    type(node, cut(node, String(typed)));
    if (isNickname && !review) write(node, '');
    // With a nickname the text is read at the form's submit: the review comes after the blur, and may empty it.
    const value = isNickname ? typed : text(node);
    sendTo(core, node, 'blur', { value: String(value), cursor: String(value).length, encryptedValue: '', encryptError: '' });
    if (isNickname) sendTo(core, node, 'nicknamereview', { pass: review, timeout: false });
    if (isNickname && text(node) !== before) sendTo(core, node, 'change', { value: text(node) });
  }

  function type(node, value) {
    write(node, value);
    const keyCode = value.charCodeAt(value.length - 1) || 8;
    const replaced = askOf(core, node, 'input', { value, cursor: value.length, keyCode });
    if (typeof replaced === 'string') write(node, replaced);
    else if (typeof replaced?.value === 'string') write(node, replaced.value);
    if (tagOf(node, core) === 'textarea') sendTo(core, node, 'linechange', { height: 0, heightRpx: 0, lineCount: value.split('\n').length });
  }

  /** What is typed goes into the widget, and into data only through `model:value`. */
  function write(node, value) {
    hold(node, 'value', value);
    sendModel(core, node, 'value', value);
  }

  function cut(node, typed) {
    const given = attributeOf(node, 'maxlength');
    const longest = given === undefined || given === '' ? LONGEST : Number(given);
    return longest < 0 || Number.isNaN(longest) ? typed : [...typed].slice(0, longest).join('');
  }

  function needField(node) {
    if (!node) throw new Error('there is nothing to type into: no such node on the page');
    const tag = tagOf(node, core);
    if (!['input', 'textarea'].includes(tag)) {
      throw new Error(`a ${tag || 'text'} takes no text; choose an input or a textarea`);
    }
    if (isOn(node, 'disabled')) throw new Error(`this ${tag} is disabled; nobody can type into it`);
  }

  /** Press the keyboard's own key. */
  function confirm(node) {
    needField(node);
    sendTo(core, node, 'confirm', { value: text(node) });
  }

  /** Put the cursor into a field, as a tap on its label does. */
  function focus(node) {
    if (!isOn(node, 'disabled')) sendTo(core, node, 'focus', { value: text(node), height: 0 });
  }

  return { input, confirm, focus, text };
}
