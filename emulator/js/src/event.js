// Events of mini programs: what their handlers are given, and how they are sent.

import { tagOf } from './view.js';

/** @returns {(event: object) => object} what turns an event of the core into the one that a handler sees */
export function eventFilter() {
  return (event) => {
    const { type, timeStamp, detail } = event;
    const seen = {
      type, timeStamp, detail,
      target: place(event.target),
      currentTarget: place(event.currentTarget),
      mark: { ...event.mark },
      stopPropagation: () => event.stopPropagation(),
      preventDefault: () => event.preventDefault(),
    };
    if (TOUCHES.has(type)) Object.assign(seen, { touches: [touch()], changedTouches: [touch()] });
    return seen;
  };
}

const TOUCHES = new Set(['tap', 'longpress', 'longtap', 'touchstart', 'touchmove', 'touchend', 'touchcancel']);

function touch() {
  return { identifier: 0, pageX: 0, pageY: 0, clientX: 0, clientY: 0, force: 1 };
}

function place(node) {
  return { id: node?.id ?? '', offsetLeft: 0, offsetTop: 0, dataset: { ...node?.dataset } };
}

/** Send an event to a node, as a finger does: up through the page. */
export function sendUp(core, node, type, detail = {}) {
  sent(core, node, type, detail, { bubbles: true, composed: true, capturePhase: true });
}

/** Send an event of a built-in component to its own listeners. */
export function sendTo(core, node, type, detail = {}) {
  sent(core, node, type, detail, { bubbles: false, composed: false });
}

function sent(core, node, type, detail, options) {
  const work = () => {
    core.eventType = type;
    core.glassEasel.triggerEvent(node, type, detail, options);
  };
  if (core.send) core.send(work, `${pageOf(node)} ${type} on <${tagOf(node, core)}>`);
  else work();
}

function pageOf(node) {
  return node.ownerShadowRoot?.getHostNode().is ?? node.is ?? '';
}
