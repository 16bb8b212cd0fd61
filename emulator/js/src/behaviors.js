// The behaviors that WeChat brings along, named by texts such as 'wx://form-field'.

/** What each of them adds to a component; `component-export` is part of the core. */
const BUILT_IN = {
  'wx://form-field': { properties: { name: { type: 'String' }, value: { type: 'null' } } },
  'wx://form-field-group': {},
  'wx://form-field-button': {},
  'wx://component-export': {},
};

/**
 * @param {import('./realm.js').Realm} realm
 * @param {object} space a code space of the adapter
 * @param {(id: string, values: object) => void} note
 * @returns {{resolve: (definition: object) => object, behaves: (component: object, name: string) => boolean}} resolve: a
 *   definition whose behaviors are all objects; behaves: whether a component has one of these
 */
export function builtInBehaviors(realm, space, note) {
  const made = new Map();
  const own = { String: realm.global.String, null: null };

  function behavior(name) {
    if (!made.has(name)) {
      const properties = Object.entries(BUILT_IN[name].properties ?? {}).map(([field, { type }]) => [field, { type: own[type] }]);
      made.set(name, space.behavior().definition({ properties: Object.fromEntries(properties) }).register());
    }
    return made.get(name);
  }

  function resolve(definition) {
    if (!Array.isArray(definition?.behaviors) || !definition.behaviors.some((one) => typeof one === 'string')) return definition;
    const behaviors = definition.behaviors.flatMap((one) => {
      if (typeof one !== 'string') return [one];
      if (BUILT_IN[one]) return [behavior(one)];
      note('behavior-missing', { name: one });
      return [];
    });
    return { ...definition, behaviors };
  }

  const behaves = (component, name) => made.has(name) && component.hasBehavior(made.get(name)._$);
  return { resolve, behaves };
}
