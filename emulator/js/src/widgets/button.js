// Buttons: open-types, and the form that a button sends off.

import { sendTo } from '../event.js';
import { attributeOf } from '../view.js';
import { dashed, isOn } from './held.js';

/** The event that each open-type sends; the others open something of WeChat's own and tell the page nothing. */
const EVENTS = {
  getPhoneNumber: 'getphonenumber',
  getRealtimePhoneNumber: 'getrealtimephonenumber',
  getUserInfo: 'getuserinfo',
  chooseAvatar: 'chooseavatar',
  agreePrivacyAuthorization: 'agreeprivacyauthorization',
  openSetting: 'opensetting',
  contact: 'contact',
  launchApp: 'launchapp',
};
const SILENT = ['share', 'feedback', 'liveActivity'];
/** What comes first of joined values: whoever agrees to the privacy contract does so before the other one asks. */
const FIRST = 'agreePrivacyAuthorization';

/** @returns {{button: Function}} what a tap on a button does after its own handlers ran */
export function createButtons({ app, core, forms }) {
  async function press(node, given) {
    if (isOn(node, 'disabled')) return;
    for (const openType of openTypesOf(node)) await open(node, openType, given);
    forms.sentBy(node, dashed(node, 'form-type'));
  }

  async function open(node, openType, given) {
    const event = EVENTS[openType];
    if (!event) {
      if (!SILENT.includes(openType)) app.note('open-type-unknown', { openType });
      if (openType === 'share') app.share?.(node);
      return;
    }
    const detail = given.detail ?? await answer(node, openType, given);
    if (!detail) return;
    sendTo(core, node, event, detail);
    if (openType === 'launchApp' && !/:ok$/.test(detail.errMsg)) sendTo(core, node, 'error', detail);
  }

  async function answer(node, openType, given) {
    const here = ANSWERS[openType];
    return here ? here(app, node, given) : app.openButton(openType, given);
  }

  return { button: press };
}

/** What WeChat answers to buttons that wx.js does not play. */
const ANSWERS = {
  // The real-time check is the same question with a code for an answer; nothing is sealed (assumed).
  getRealtimePhoneNumber: async (app, node, given) => {
    const { errMsg, code } = await app.openButton('getPhoneNumber', given);
    return { errMsg: errMsg.replace('getPhoneNumber', 'getRealtimePhoneNumber'), ...(code && { code }) };
  },
  openSetting: async (app) => ({ errMsg: 'openSetting:ok', ...await settings(app) }),
  // What a chat's card leads back with; an ordinary return has an empty query (assumed).
  contact: async (app, node) => ({ errMsg: 'enterContact:ok', path: String(attributeOf(node, 'send-message-path') ?? ''), query: {} }),
  // Only a mini program that an app opened may go back to it.
  launchApp: async () => ({ errMsg: 'launchApp:fail invalid scene' }),
};

async function settings(app) {
  const { authSetting } = await app.wx.getSetting();
  return { authSetting };
}

function openTypesOf(node) {
  const named = String(dashed(node, 'open-type') ?? '').split('|').map((one) => one.trim()).filter(Boolean);
  return named.sort((one, other) => Number(other === FIRST) - Number(one === FIRST));
}
