// Events of mini programs: what their handlers are given, and how they are sent.

/**
 * Give handlers the events that WeChat gives: every field their own, for frameworks that look with hasOwnProperty, and
 * nodes as id and dataset. The core hands out each event through this one method.
 */
export function shapeEvents({ glassEasel }) {
  glassEasel.Event.prototype.wrapShadowedEvent = function wrapShadowedEvent(target, mark, currentTarget) {
    const { type, timeStamp, detail } = this;
    const touches = TOUCHES.has(type) ? { touches: [touch()], changedTouches: [touch()] } : {};
    const seen = { type, timeStamp, target: place(target), currentTarget: place(currentTarget), mark: { ...mark }, detail };
    return Object.assign(Object.create(this), seen, touches);
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
  core.glassEasel.triggerEvent(node, type, detail, { bubbles: true, composed: true, capturePhase: true });
}

/** Send an event of a built-in component to its own listeners. */
export function sendTo(core, node, type, detail = {}, more = {}) {
  core.glassEasel.triggerEvent(node, type, detail, { bubbles: false, composed: false, ...more });
}

/** @returns {any} what the last handler of an event answered */
export function askOf(core, node, type, detail) {
  let answer;
  sendTo(core, node, type, detail, { handleListenerReturn: (returned) => { answer = returned; } });
  return answer;
}
