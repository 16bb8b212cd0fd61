// Behaviors of WeChat's own, which components name by text: `behaviors: ['wx://form-field']`.

const BUILT_IN = {
  // Properties without a type take anything; a type would have to be the realm's own constructor.
  'wx://form-field': { properties: { name: null, value: null } },
  'wx://form-field-group': {},
  'wx://form-field-button': {},
  'wx://component-export': {},
};

/**
 * @param {object} space the core's code space, where they are registered
 * @param {(id: string, values?: object) => void} note names a behavior that is not played
 * @returns {{resolve: Function, behaves: Function}} resolve: a definition whose behaviors are all the core's;
 *   behaves: whether a component has one of WeChat's
 */
export function builtInBehaviors(space, note) {
  const known = new Map();
  for (const [is, definition] of Object.entries(BUILT_IN)) {
    const registered = space.behavior().definition(definition).register();
    known.set(is, registered);
  }

  function named(one) {
    if (typeof one !== 'string') return one;
    if (!known.has(one)) {
      note('behavior-unknown', { name: one });
      known.set(one, space.behavior().definition({}).register());
    }
    return known.get(one);
  }

  function resolve(definition) {
    const list = definition?.behaviors;
    if (!list?.some?.((one) => typeof one === 'string')) return definition;
    return { ...definition, behaviors: [...list].map(named) };
  }

  const behaves = (component, name) => component.hasBehavior(known.get(name)._$);
  return { resolve, behaves };
}
