// Components that move something: navigator, scroll-view, swiper; and pictures that load.

import { sendModel, sendTo } from '../event.js';
import { attributeOf, tagOf } from '../view.js';
import { held, hold } from './held.js';
import { within } from './tree.js';

const APIS = { navigate: 'navigateTo', redirect: 'redirectTo', switchTab: 'switchTab', reLaunch: 'reLaunch', navigateBack: 'navigateBack' };

export function createMotion({ app, core }) {
  /** Follow a navigator; its url begins at the page that shows it. */
  async function navigator(node) {
    if (attributeOf(node, 'target') === 'miniProgram') {
      await app.wx.navigateToMiniProgram?.({ appId: attributeOf(node, 'app-id'), path: attributeOf(node, 'path') })?.catch?.(() => {});
      return;
    }
    const openType = attributeOf(node, 'open-type') || 'navigate';
    if (openType === 'exit') return;
    const api = APIS[openType];
    if (!api) throw new Error(`a navigator has no open-type ${openType}; open-types: ${Object.keys(APIS).join(', ')}, exit`);
    const outcome = await moved(api, node);
    sendTo(core, node, outcome.kind, { errMsg: outcome.errMsg });
    sendTo(core, node, 'complete', { errMsg: outcome.errMsg });
  }

  async function moved(api, node) {
    const argument = api === 'navigateBack' ? { delta: Number(attributeOf(node, 'delta') ?? 1) } : { url: String(attributeOf(node, 'url') ?? '') };
    try {
      const { errMsg } = await app.wx[api](argument);
      return { kind: 'success', errMsg };
    } catch ({ errMsg }) {
      return { kind: 'fail', errMsg };
    }
  }

  /** Scroll a scroll-view: to an edge (`upper`, `lower`), by pulling it down (`refresh`), or to a place in px. */
  function scroll(node, where) {
    if (tagOf(node, core) !== 'scroll-view') throw new Error(`a ${tagOf(node, core) || 'text'} does not scroll; choose a scroll-view`);
    if (where === 'refresh') {
      sendTo(core, node, 'refresherpulling', { dy: 0 });
      sendTo(core, node, 'refresherrefresh', { dy: 0 });
      return;
    }
    const direction = attributeOf(node, 'scroll-x') ? ['left', 'right'] : ['top', 'bottom'];
    const top = typeof where === 'number' ? where : 0;
    sendTo(core, node, 'scroll', { scrollTop: top, scrollLeft: 0, scrollHeight: 0, scrollWidth: 0, deltaX: 0, deltaY: 0 });
    if (where === 'upper') sendTo(core, node, 'scrolltoupper', { direction: direction[0] });
    if (where === 'lower') sendTo(core, node, 'scrolltolower', { direction: direction[1] });
  }

  /** Swipe a swiper to an item, counted from 0. */
  function swipe(node, current) {
    const items = within(core, node, 'swiper-item').filter((item) => nearestSwiper(item) === node);
    if (tagOf(node, core) !== 'swiper') throw new Error(`a ${tagOf(node, core) || 'text'} is no swiper`);
    if (!items[current]) throw new Error(`this swiper has ${items.length} items, counted from 0; there is no ${current}`);
    if (Number(held(node, 'current') ?? 0) === current) return;
    const detail = { current, currentItemId: String(attributeOf(items[current], 'item-id') ?? ''), source: 'touch' };
    hold(node, 'current', current);
    sendModel(core, node, 'current', current);
    sendTo(core, node, 'change', detail);
    sendTo(core, node, 'animationfinish', detail);
  }

  function nearestSwiper(item) {
    for (let one = item.getComposedParent(); one; one = one.getComposedParent()) if (tagOf(one, core) === 'swiper') return one;
    return undefined;
  }

  /** Have a picture load, or fail to; nothing is drawn here, so its size is zero unless given. */
  function load(node, { width = 0, height = 0, error } = {}) {
    if (tagOf(node, core) !== 'image') throw new Error(`a ${tagOf(node, core) || 'text'} is no image`);
    if (error) sendTo(core, node, 'error', { errMsg: error });
    else sendTo(core, node, 'load', { width, height });
  }

  return { navigator, scroll, swipe, load };
}
