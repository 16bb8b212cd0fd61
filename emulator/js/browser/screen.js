// What the component core draws on, and the pages on it: one is shown, the others wait.

import { CurrentWindowBackendContext } from 'glass-easel';

import { compileStyles } from '../src/wxss.js';

/** Draws into this document; events come from touch.js, so that they pass through the built-in components. */
export class Screen extends CurrentWindowBackendContext {
  onEvent() {}

  setListenerStats() {}

  setModelBindingStat() {}

  registerStyleSheetContent() {}

  appendStyleSheetPath() { return 0; }
}

const find = (id) => document.getElementById(id);

/**
 * @param {import('../src/mini-program.js').MiniProgram} app
 * @param {(path: string) => string | undefined} picture where a picture of the project is
 */
export function createScreen(app, picture) {
  const holders = new Map();
  const { project } = app;
  const styles = styleSheets(app);

  const make = app.pages.make;
  app.pages.make = (...given) => {
    const page = make(...given);
    const call = page.call.bind(page);
    page.mount = () => mount(page);
    page.unmount = () => unmount(page);
    page.call = (hook, argument) => {
      queueMicrotask(show);
      return call(hook, argument);
    };
    return page;
  };

  function mount(page) {
    const holder = document.createElement('div');
    const place = holder.appendChild(document.createElement('div'));
    holder.className = 'holder';
    find('mockdoor-screen').append(holder);
    holders.set(page, holder);
    page.root.attach(holder, place);
    show();
  }

  function unmount(page) {
    page.root.release();
    holders.get(page)?.remove();
    holders.delete(page);
    show();
  }

  function show() {
    const page = app.page;
    if (!page) return;
    for (const [one, holder] of holders) holder.hidden = one !== page;
    styles.use(page.path);
    showBar(page);
    showTabs(page);
  }

  function showBar(page) {
    const look = { navigationBarBackgroundColor: '#000000', navigationBarTextStyle: 'white', ...project.app.window, ...project.config(page.path) };
    const bar = find('mockdoor-bar');
    bar.hidden = look.navigationStyle === 'custom';
    bar.style.background = look.navigationBarBackgroundColor;
    bar.style.color = look.navigationBarTextStyle === 'black' ? '#000' : '#fff';
    find('mockdoor-title').textContent = page.title ?? look.navigationBarTitleText ?? '';
    find('mockdoor-back').hidden = app.routes.stack.length < 2;
    find('mockdoor-screen').style.background = look.backgroundColor ?? '#fff';
  }

  function showTabs(page) {
    const { tabBar } = project.app;
    const nav = find('mockdoor-tabs');
    nav.hidden = !tabBar || tabBar.custom || !project.tabs.includes(page.path);
    if (nav.hidden) return;
    nav.style.background = tabBar.backgroundColor ?? '#fff';
    nav.replaceChildren(...tabBar.list.map((tab, index) => tabButton(tabBar, tab, project.tabs[index], page.path)));
  }

  function tabButton(tabBar, tab, path, current) {
    const button = document.createElement('button');
    const chosen = path === current;
    const icon = picture((chosen && tab.selectedIconPath) || tab.iconPath || '');
    if (icon) button.append(Object.assign(document.createElement('img'), { src: icon, alt: '' }));
    button.append(tab.text ?? '');
    button.style.color = chosen ? tabBar.selectedColor ?? '#07c160' : tabBar.color ?? '#666';
    button.setAttribute('aria-current', chosen ? 'page' : 'false');
    button.addEventListener('click', () => app.wx.switchTab({ url: `/${path}` }));
    return button;
  }

  find('mockdoor-back').addEventListener('click', () => app.wx.navigateBack({}));
  return { show };
}

/** Sheets of the app, of the components that were loaded, and of the page that is shown. */
function styleSheets(app) {
  const { project, pages } = app;
  const style = document.head.appendChild(document.createElement('style'));
  const known = new Map();
  const scopeOf = (path) => path.replace(/\W+/g, '_');
  pages.space.getStyleScopeName = scopeOf;
  pages.space.getStyleSheet = () => undefined;

  const isShared = (path) => {
    const config = project.config(path);
    const isolation = config.styleIsolation ?? (config.component && !project.pages.includes(path) ? 'isolated' : 'shared');
    return ['shared', 'page-shared'].includes(isolation);
  };

  function sheet(path, scope) {
    if (!known.has(path)) {
      const { css, problems } = compileStyles(project.files, `${path}.wxss`, { scope, within: '#mockdoor-screen' });
      problems.forEach((problem) => app.report(problem, `${path}.wxss`));
      known.set(path, css);
    }
    return known.get(path);
  }

  function use(page) {
    const components = Object.keys(pages.space.staticConfigMap).filter((path) => !project.pages.includes(path));
    const text = [
      sheet('app', ''),
      ...components.map((path) => sheet(path, isShared(path) ? '' : scopeOf(path))),
      sheet(page, isShared(page) ? '' : scopeOf(page)),
    ].join('\n');
    if (style.textContent !== text) style.textContent = text;
  }

  return { use };
}
