// What built-in components do when they are tapped, typed into, chosen of or moved.

import { sendUp } from './event.js';
import { attributeOf, tagOf, walk } from './view.js';
import { createButtons } from './widgets/button.js';
import { createChoices } from './widgets/choice.js';
import { createFields } from './widgets/field.js';
import { createForms } from './widgets/form.js';
import { isOn } from './widgets/held.js';
import { createMotion } from './widgets/motion.js';
import { around, tagAround } from './widgets/tree.js';

/** What a label can stand for. */
const LABELLED = ['checkbox', 'radio', 'switch', 'button', 'input', 'textarea'];

/**
 * @param {object} app the running mini program: core, wx, openButton(openType, given), note(id, values)
 */
export function createWidgets(app) {
  const { core } = app;
  const fields = createFields({ core });
  const choices = createChoices({ core });
  const forms = createForms({ app, core, valueOf });
  const buttons = createButtons({ app, core, forms });
  const motion = createMotion({ app, core });
  const actions = { ...buttons, ...choices.taps, navigator: motion.navigator, label };

  /** Tap a node: its handlers first, then what the built-in component around it does. */
  async function tap(node, given = {}) {
    if (!node) throw new Error(`there is nothing to tap: no such node on ${app.page.path}`);
    const button = tagAround(core, node, 'button');
    if (button && isOn(button, 'disabled')) return;
    sendUp(core, node, 'tap', { x: 0, y: 0 });
    const widget = around(core, node, (one) => actions[tagOf(one, core)]);
    if (widget) await actions[tagOf(widget, core)](widget, given);
  }

  /** A label acts as what it names with `for`, or else as the first field inside it. */
  async function label(node, given) {
    const named = attributeOf(node, 'for');
    const inside = [...walk(node, core)].find((one) => one !== node && LABELLED.includes(tagOf(one, core)));
    const target = named ? sibling(node, String(named)) : inside;
    if (!target) return;
    const tag = tagOf(target, core);
    if (tag === 'button') await tapLabelled(target, given);
    else if (tag === 'input' || tag === 'textarea') fields.focus(target);
    else await actions[tag]?.(target, given);
  }

  /** A button hears of the tap on its label, and nobody around it once more. */
  async function tapLabelled(button, given) {
    if (isOn(button, 'disabled')) return;
    core.glassEasel.triggerEvent(button, 'tap', { x: 0, y: 0 }, { bubbles: false, composed: false });
    await actions.button(button, given);
  }

  /** The node with an id in the same component's WXML. */
  function sibling(node, id) {
    return app.find(`#${id}`).find((one) => one.ownerShadowRoot === node.ownerShadowRoot);
  }

  /** What a field holds, as a form would send it. */
  function valueOf(node) {
    const read = choices.values[tagOf(node, core)];
    return read ? read(node) : fields.text(node);
  }

  return {
    tap, valueOf,
    input: fields.input, confirm: fields.confirm,
    pick: choices.pick, slide: choices.slide,
    scroll: motion.scroll, swipe: motion.swipe, load: motion.load,
    submit: forms.submit, reset: forms.reset,
  };
}
