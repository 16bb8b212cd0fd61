// The lifetime `ready`: after the first drawing, inner components before those around them.

/**
 * Have every component of a space become ready some time after it was attached.
 *
 * @param {import('./realm.js').Realm} realm
 * @param {object} space a code space of the adapter
 */
export function becomeReady(realm, space) {
  const enter = realm.enter ?? ((work) => work());
  let waiting = [];

  function attached() {
    if (!waiting.length) setTimeout(() => enter(flush, 'ready'));
    waiting.push(this._$ ?? this);
  }

  function flush() {
    const batch = waiting;
    waiting = [];
    for (const component of innerFirst(batch)) component.triggerLifetime('ready', []);
  }

  const behavior = space.getComponentSpace().define().lifetime('attached', attached).registerBehavior();
  space.setOverallBehavior(behavior);
}

/** Components in the order in which they were attached, outer first, turned so that inner ones come first. */
function innerFirst(components) {
  const open = [];
  const order = [];
  for (const component of components) {
    const depth = depthOf(component);
    while (open.length && open.at(-1).depth >= depth) order.push(open.pop().component);
    open.push({ component, depth });
  }
  while (open.length) order.push(open.pop().component);
  return order;
}

function depthOf(component) {
  let depth = 0;
  for (let node = component.getComposedParent?.(); node; node = node.getComposedParent?.()) depth += 1;
  return depth;
}
