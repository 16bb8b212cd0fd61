// Events of mini programs: what their handlers are given, and how they are sent.

import { tagOf } from './view.js';

/**
 * How handlers of WXML are called: with an event of WeChat's shape, those of wxs with their owner too.
 *
 * @param {(value: any) => any} inward makes a value one of the mini program's realm
 * @returns {(caller: object, event: object, handler: Function, place?: any[]) => any}
 */
export function createHandle(inward) {
  return (caller, event, handler, place) => {
    const seen = inward(shapeOf(event));
    const inScript = Array.isArray(place) && place[0] > 0;
    if (!inScript) return handler.call(caller, seen);
    seen.instance = ownerOf(event.currentTarget?.getMethodCaller?.() ?? caller);
    const result = handler(seen, ownerOf(caller));
    if (result === false) event.stopPropagation();
    return undefined;
  };
}

function shapeOf(event) {
  const { type, timeStamp, detail } = event;
  const seen = {
    type, timeStamp, detail, target: place(event.target), currentTarget: place(event.currentTarget), mark: { ...event.mark }, mut: false,
  };
  if (TOUCHES.has(type)) Object.assign(seen, { touches: [touch()], changedTouches: [touch()], _userTap: true });
  return seen;
}

/** What a handler of wxs can do with the page or component that it belongs to. */
function ownerOf(caller) {
  const some = (one) => (one ? ownerOf(one) : null);
  return {
    callMethod: (name, argument) => caller[name]?.(argument),
    selectComponent: (selector) => some(caller.selectComponent?.(selector)),
    selectAllComponents: (selector) => (caller.selectAllComponents?.(selector) ?? []).map(ownerOf),
    getDataset: () => caller.dataset ?? {},
    getState: () => { states.has(caller) || states.set(caller, {}); return states.get(caller); },
    triggerEvent: (name, detail) => caller.triggerEvent?.(name, detail),
    setStyle: () => {}, addClass: () => {}, removeClass: () => {}, hasClass: () => false,
    requestAnimationFrame: (callback) => { setTimeout(callback, 16); },
    getBoundingClientRect: () => ({ left: 0, top: 0, right: 0, bottom: 0, width: 0, height: 0 }),
  };
}

const states = new WeakMap();

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
export function sendTo(core, node, type, detail = {}, more = {}) {
  sent(core, node, type, detail, { bubbles: false, composed: false, ...more });
}

/** @returns {any} what the last handler of an event answered */
export function askOf(core, node, type, detail) {
  let answer;
  sendTo(core, node, type, detail, { handleListenerReturn: (returned) => { answer = returned; } });
  return answer;
}

/** Write what a user chose into the data that `model:name` binds. */
export function sendModel(core, node, name, value) {
  const listener = node.getModelBindingListeners?.()[name];
  if (!listener) return;
  if (core.send) core.send(() => listener(value), `model:${name}`);
  else listener(value);
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
