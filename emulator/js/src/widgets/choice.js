// Components that a user chooses with: checkbox, radio, switch, slider, picker.

import { sendModel, sendTo } from '../event.js';
import { attributeOf, tagOf } from '../view.js';
import { held, hold, isChecked, isOn } from './held.js';
import { tagAround, within } from './tree.js';

export function createChoices({ core }) {
  const valueOf = (node) => String(attributeOf(node, 'value') ?? '');
  const checkedIn = (group, tag) => within(core, group, tag).filter(isChecked).map(valueOf);

  const taps = {
    checkbox(node) {
      if (isOn(node, 'disabled')) return;
      check(node, !isChecked(node));
      const group = tagAround(core, node, 'checkbox-group');
      if (group) sendTo(core, group, 'change', { value: checkedIn(group, 'checkbox') });
    },
    radio(node) {
      if (isOn(node, 'disabled') || isChecked(node)) return;
      const group = tagAround(core, node, 'radio-group');
      if (group) for (const one of within(core, group, 'radio')) check(one, false);
      check(node, true);
      if (group) sendTo(core, group, 'change', { value: valueOf(node) });
    },
    switch(node) {
      if (isOn(node, 'disabled')) return;
      check(node, !isChecked(node));
      sendTo(core, node, 'change', { value: isChecked(node) });
    },
  };

  function check(node, value) {
    hold(node, 'checked', value);
    sendModel(core, node, 'checked', value);
  }

  const values = {
    'checkbox-group': (node) => checkedIn(node, 'checkbox'),
    'radio-group': (node) => checkedIn(node, 'radio')[0] ?? '',
    switch: isChecked,
    slider: (node) => inSteps(node, held(node, 'value') ?? 0),
    picker: (node) => chosenOf(node),
  };

  /** Drag a slider to a value; it stops at its steps and ends. */
  function slide(node, value) {
    need(node, 'slider');
    const stopped = inSteps(node, value);
    hold(node, 'value', stopped);
    sendModel(core, node, 'value', stopped);
    sendTo(core, node, 'changing', { value: stopped });
    sendTo(core, node, 'change', { value: stopped });
  }

  /** Choose of a picker: see `chosen`; `null` closes it without a choice. */
  function pick(node, choice) {
    need(node, 'picker');
    if (choice === null) {
      sendTo(core, node, 'cancel', {});
      return;
    }
    const detail = chosen(node, choice);
    if (modeOf(node) === 'multiSelector') {
      detail.value.forEach((value, column) => {
        if (value !== chosenOf(node)[column]) sendTo(core, node, 'columnchange', { column, value });
      });
    }
    hold(node, 'value', detail.value);
    sendModel(core, node, 'value', detail.value);
    sendTo(core, node, 'change', detail);
  }

  function need(node, tag) {
    const found = tagOf(node, core);
    if (found !== tag) throw new Error(`a ${found || 'text'} is no ${tag}`);
    if (isOn(node, 'disabled')) throw new Error(`this ${tag} is disabled; nobody can choose of it`);
  }

  return { taps, values, slide, pick };
}

function inSteps(node, value) {
  const number = (name, other) => Number(attributeOf(node, name) ?? other);
  const [least, most, step] = [number('min', 0), number('max', 100), number('step', 1) || 1];
  const stepped = least + Math.round((Number(value) - least) / step) * step;
  return Math.min(most, Math.max(least, stepped));
}

function modeOf(node) {
  return String(attributeOf(node, 'mode') ?? 'selector');
}

const EMPTY = { selector: 0, multiSelector: [], region: [], time: '', date: '' };

function chosenOf(node) {
  return held(node, 'value') ?? EMPTY[modeOf(node)] ?? 0;
}

/** The detail of a choice: indexes may be given as such, or by the text that the picker shows there. */
function chosen(node, choice) {
  const mode = modeOf(node);
  const range = attributeOf(node, 'range') ?? [];
  if (mode === 'selector') return { value: indexIn(node, range, choice) };
  if (mode === 'multiSelector') return { value: choice.map((one, column) => indexIn(node, range[column] ?? [], one)) };
  if (mode === 'region') return { value: [...choice], code: [], postcode: '' };
  checkText(node, mode, choice);
  return { value: choice };
}

function indexIn(node, entries, choice) {
  const key = attributeOf(node, 'range-key');
  const shown = [...entries].map((entry) => String(key ? entry?.[key] : entry));
  const index = typeof choice === 'number' ? choice : shown.indexOf(choice);
  if (shown[index] !== undefined) return index;
  throw new Error(`this picker has no ${JSON.stringify(choice)}; its entries: ${shown.join(', ')}`);
}

const TEXTS = { time: [/^\d\d:\d\d$/, 'hh:mm'], date: [/^\d{4}(-\d\d(-\d\d)?)?$/, 'YYYY-MM-DD'] };

function checkText(node, mode, choice) {
  const [shape, words] = TEXTS[mode] ?? [];
  if (!shape) throw new Error(`a picker has no mode ${mode}; modes: selector, multiSelector, time, date, region`);
  if (!shape.test(choice)) throw new Error(`a picker of mode ${mode} takes ${words}, not ${JSON.stringify(choice)}`);
  const [start, end] = [attributeOf(node, 'start'), attributeOf(node, 'end')];
  if ((start && choice < start) || (end && choice > end)) {
    throw new Error(`this picker goes from ${start ?? 'any'} to ${end ?? 'any'}; ${choice} is outside`);
  }
}
