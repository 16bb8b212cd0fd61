// Page(), Component() and Behavior() over WeChat's component core, and the pages that they define.

import { findComponent } from './project.js';
import { builtInBehaviors } from './behaviors.js';
import { Problem } from './problem.js';
import { becomeReady } from './ready.js';

/** Hooks of a page that may be called; each is looked up on the instance when it is due. */
const PAGE_HOOKS = ['onLoad', 'onShow', 'onReady', 'onHide', 'onUnload'];
/** What the components in a page hear of its hooks. */
const LIFETIMES = { onShow: 'show', onHide: 'hide', onResize: 'resize' };

/**
 * @param {object} options
 * @param {import('./project.js').Project} options.project
 * @param {import('./realm.js').Realm} options.realm
 * @param {(path: string) => object | undefined} options.template
 * @param {(path: string) => void} options.evaluate runs a page's or component's script
 * @param {(id: string, values?: object) => void} options.note
 * @param {(error: any, where: string) => void} options.report
 * @param {object} [options.backend] where the core draws; default: nowhere
 */
export function createPages({ project, realm, template, evaluate, note, report, backend }) {
  const { glassEasel, adapter } = realm.core;
  glassEasel.globalOptions.useMethodCallerListeners = true; // uni-app puts handlers on the instance
  // Else a property named as a field of the core's nodes breaks them: a button of @vant/weapp has a property `dataset`.
  glassEasel.globalOptions.writeFieldsToNode = false;
  const environment = new adapter.MiniProgramEnv();
  const space = environment.createCodeSpace('', true);
  becomeReady(realm, space);
  const made = new Map();
  const associated = environment.associateBackend(backend ?? new glassEasel.EmptyBackendContext());
  const defined = new Set();
  const failed = new Map();
  let defining = '';

  const constructors = {
    Page: (definition) => space.componentEnv(registering(), ({ Page }) => Page(withBehaviors(definition))),
    Component: (definition) => space.componentEnv(registering(), ({ Component }) => Component(withBehaviors(definition))),
    Behavior: (definition) => space.behavior().definition(withBehaviors(definition)).register(),
  };
  const { resolve: withBehaviors, behaves } = builtInBehaviors(realm, space, note);
  constructors.Behavior.trait = (...words) => space.traitBehavior(...words);

  function registering() {
    if (!defining) throw realm.error('Page() and Component() are called while a page or component is loaded');
    return defining;
  }

  /** Read and evaluate a page or component with all that it uses. */
  function define(path) {
    if (failed.has(path)) throw failed.get(path);
    if (defined.has(path)) return;
    defined.add(path);
    try {
      defineAll(path);
    } catch (error) {
      failed.set(path, error);
      throw error;
    }
  }

  function defineAll(path) {
    const config = project.config(path);
    const using = {};
    for (const [tag, named] of Object.entries({ ...project.app.usingComponents, ...config.usingComponents })) {
      const from = config.usingComponents?.[tag] ? path : '';
      const found = findComponent(project, from, named);
      if (found) using[tag] = `/${found}`;
      else note('component-missing', { tag, named, from: path });
    }
    space.addComponentStaticConfig(path, { ...config, usingComponents: using });
    const compiled = template(path);
    if (compiled) space.addCompiledTemplate(path, compiled);
    for (const target of Object.values(using)) if (target !== `/${path}`) define(target.slice(1));
    const before = defining;
    defining = path;
    try {
      evaluate(path);
    } finally {
      defining = before;
    }
  }

  /** @returns {object} a new page that is not yet on the stack */
  function make(path, query, channel) {
    define(path);
    const shown = Object.entries(query).map(([name, value]) => `${name}=${value}`).join('&');
    let root;
    try {
      root = associated.createRoot('page', space, shown ? `${path}?${shown}` : path);
    } catch (error) {
      if (!error.message.startsWith('There is no component')) throw error;
      throw new Problem('this file calls neither Page() nor Component()', `${path}.js`);
    }
    const component = root.getComponent();
    const instance = root.get();
    Object.assign(instance, { route: path, __route__: path, options: query });
    const enter = realm.enter ?? ((work) => work());
    const page = {
      path, query, component, instance, root, channel, number: made.size + 1,
      call(hook, argument) {
        if (!PAGE_HOOKS.includes(hook) && typeof instance[hook] !== 'function') return undefined;
        try {
          return enter(() => {
            const result = instance[hook]?.(argument);
            if (LIFETIMES[hook]) component.triggerPageLifetime(LIFETIMES[hook], []);
            return result;
          }, `${path} ${hook}`);
        } catch (error) {
          report(error, `${path} ${hook}`);
          return undefined;
        }
      },
      attach() { backend ? page.mount() : glassEasel.Element.pretendAttached(component); },
      detach() { backend ? page.unmount() : glassEasel.Element.pretendDetached(component); },
      ready() {
        setTimeout(() => {
          enter(() => page.call('onReady'), `${path} onReady`);
        });
      },
      mount() {},
      unmount() {},
    };
    made.set(component, page);
    return page;
  }

  return { constructors, define, make, made, behaves, space, associated };
}
