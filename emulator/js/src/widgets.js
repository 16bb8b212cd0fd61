// What built-in components do when they are tapped or typed into.

import { sendModel, sendTo, sendUp } from './event.js';
import { attributeOf, shownBelow, tagOf, walk } from './view.js';

/** The event that each open-type button sends; those that are not here send none. */
const OPEN_TYPES = {
  getPhoneNumber: 'getphonenumber',
  getRealtimePhoneNumber: 'getrealtimephonenumber',
  getUserInfo: 'getuserinfo',
  chooseAvatar: 'chooseavatar',
  openSetting: 'opensetting',
  agreePrivacyAuthorization: 'agreeprivacyauthorization',
  contact: 'contact',
  launchApp: 'launchapp',
};
const FIELDS = new Set(['input', 'textarea', 'checkbox-group', 'radio-group', 'switch', 'slider', 'picker']);

/**
 * @param {object} app the running mini program: core, wx, openButton(openType, given), navigate(api, url, delta)
 */
export function createWidgets(app) {
  const { core } = app;

  /** Tap a node: its handlers first, then what the built-in component around it does. */
  async function tap(node, given = {}) {
    const button = around(node, (one) => tagOf(one, core) === 'button');
    if (button && isOn(button, 'disabled')) return;
    sendUp(core, node, 'tap', { x: 0, y: 0 });
    const widget = around(node, (one) => ACTIONS[tagOf(one, core)]);
    if (widget) await ACTIONS[tagOf(widget, core)](widget, given);
  }

  const ACTIONS = {
    async button(node, given) {
      const formType = attributeOf(node, 'form-type') ?? attributeOf(node, 'formType');
      const openTypes = String(attributeOf(node, 'open-type') ?? '').split('|').filter(Boolean);
      for (const openType of openTypes) {
        const event = OPEN_TYPES[openType];
        if (!event) continue;
        const detail = await app.openButton(openType, given);
        if (detail) sendTo(core, node, event, detail);
      }
      const form = formType && around(node, (one) => tagOf(one, core) === 'form');
      if (form && formType === 'submit') sendTo(core, form, 'submit', { value: valuesOf(form) });
      if (form && formType === 'reset') reset(form);
    },
    async navigator(node) {
      const openType = attributeOf(node, 'open-type') ?? 'navigate';
      const api = { navigate: 'navigateTo', redirect: 'redirectTo', navigateBack: 'navigateBack' }[openType] ?? openType;
      await app.navigate(api, attributeOf(node, 'url') ?? '', Number(attributeOf(node, 'delta') ?? 1));
    },
    async checkbox(node) {
      set(node, 'checked', !isChecked(node));
      const group = around(node, (one) => tagOf(one, core) === 'checkbox-group');
      if (group) sendTo(core, group, 'change', { value: checkedIn(group, 'checkbox') });
    },
    async radio(node) {
      const group = around(node, (one) => tagOf(one, core) === 'radio-group');
      if (group) for (const one of within(group, 'radio')) set(one, 'checked', one === node);
      else set(node, 'checked', true);
      if (group) sendTo(core, group, 'change', { value: String(attributeOf(node, 'value') ?? '') });
    },
    async switch(node) {
      set(node, 'checked', !isChecked(node));
      sendTo(core, node, 'change', { value: isChecked(node) });
    },
    async label(node, given) {
      const named = attributeOf(node, 'for');
      const inside = [...walk(node, core)].find((one) => one !== node && ['checkbox', 'radio', 'switch', 'button'].includes(tagOf(one, core)));
      const target = named ? app.find(`#${named}`)[0] : inside;
      if (target && target !== node) await ACTIONS[tagOf(target, core)]?.(target, given);
    },
  };

  /** Type a text into a field, replacing what is there; `review: false` has WeChat reject a nickname. */
  function input(node, text, { review = true } = {}) {
    const tag = tagOf(node, core);
    if (tag !== 'input' && tag !== 'textarea') throw new Error(`a ${tag || 'text'} takes no text; choose an input or a textarea`);
    if (isOn(node, 'disabled')) throw new Error('the field is disabled');
    const longest = Number(attributeOf(node, 'maxlength') ?? 140);
    const value = longest < 0 ? text : [...text].slice(0, longest).join('');
    const isNickname = attributeOf(node, 'type') === 'nickname';
    sendTo(core, node, 'focus', { value: valueOf(node), height: 0 });
    set(node, 'value', value);
    sendTo(core, node, 'input', { value, cursor: value.length, keyCode: value.charCodeAt(value.length - 1) || 0 });
    sendModel(core, node, 'value', value);
    if (isNickname && !review) set(node, 'value', '');
    sendTo(core, node, 'blur', { value: valueOf(node), cursor: valueOf(node).length });
    if (isNickname) sendTo(core, node, 'nicknamereview', { pass: review, timeout: false });
    if (tag === 'input') sendTo(core, node, 'change', { value: valueOf(node) });
  }

  /** Confirm a field, as the keyboard's key does. */
  function confirm(node) {
    sendTo(core, node, 'confirm', { value: valueOf(node) });
  }

  /** Choose of a picker: the index of an entry, or for dates and times the text. */
  function pick(node, value) {
    set(node, 'value', value);
    sendTo(core, node, 'change', { value });
  }

  function valuesOf(form) {
    const values = {};
    for (const node of walk(form, core)) {
      const name = attributeOf(node, 'name');
      if (name && FIELDS.has(tagOf(node, core))) values[name] = valueOf(node);
    }
    return values;
  }

  function reset(form) {
    for (const node of walk(form, core)) if (FIELDS.has(tagOf(node, core))) delete node.widget;
    sendTo(core, form, 'reset', {});
  }

  function valueOf(node) {
    const tag = tagOf(node, core);
    if (tag === 'switch') return isChecked(node);
    if (tag === 'checkbox-group') return checkedIn(node, 'checkbox');
    if (tag === 'radio-group') return checkedIn(node, 'radio')[0] ?? '';
    const value = node.widget?.value ?? attributeOf(node, 'value');
    return tag === 'picker' || tag === 'slider' ? value ?? 0 : String(value ?? '');
  }

  function checkedIn(group, tag) {
    return within(group, tag).filter(isChecked).map((node) => String(attributeOf(node, 'value') ?? ''));
  }

  function within(group, tag) {
    return [...walk(group, core)].filter((node) => tagOf(node, core) === tag);
  }

  /** The nearest node, from one outwards, that fits. */
  function around(node, fits) {
    for (let one = node; one; one = outwards(one)) {
      if (kindIsElement(one) && fits(one)) return one;
    }
    return undefined;
  }

  function outwards(node) {
    if (node.getComposedParent) return node.getComposedParent();
    return node.parentNode ?? node.getHostNode?.();
  }

  function kindIsElement(node) {
    return !core.glassEasel.TextNode.isTextNode(node);
  }

  return { tap, input, confirm, pick, valueOf, shown: (node) => shownBelow(node, core) };
}

function set(node, name, value) {
  node.widget = { ...node.widget, [name]: value };
}

function isChecked(node) {
  return node.widget?.checked ?? isOn(node, 'checked');
}

/** `disabled` without a value and `disabled="false"` are both true, as at WeChat. */
function isOn(node, name) {
  const value = attributeOf(node, name);
  return value === '' || Boolean(value);
}
