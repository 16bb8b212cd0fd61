// What WeChat draws over a page: toast, loading, modal, action sheet, and the questions of open-type buttons.

const find = (id) => document.getElementById(id);

/** What is asked before a mini program is given something of the user. */
const QUESTIONS = {
  getPhoneNumber: '申请获取并验证你的手机号',
  getRealtimePhoneNumber: '申请获取并验证你的手机号',
  getUserInfo: '申请获取你的昵称、头像',
  getUserProfile: '申请获取你的昵称、头像',
  requestSubscribeMessage: '申请给你发送订阅消息',
};
/** Buttons that do at once what a user already decided by the tap. */
const UNASKED = new Set(['contact', 'share', 'feedback', 'openSetting', 'launchApp', 'chooseAvatar', 'agreePrivacyAuthorization']);

/** @returns {object} hooks for wx.js */
export function userInterface() {
  let waiting = Promise.resolve();
  const oneByOne = (work) => {
    waiting = waiting.then(work, work);
    return waiting;
  };
  return {
    toast: (argument) => showNotice(argument, argument?.icon === 'none' ? '' : ICONS[argument?.icon] ?? '✓'),
    loading: (argument) => showNotice(argument, '◌'),
    modal: (argument) => oneByOne(() => askModal(argument)),
    actionSheet: (argument) => oneByOne(() => askItem(argument)),
    allow: (api, argument) => (UNASKED.has(api) ? true : oneByOne(() => askLeave(api, argument))),
    choose: (api) => oneByOne(() => askFile(api)),
  };
}

const ICONS = { success: '✓', error: '✕', loading: '◌' };

function showNotice(argument, icon) {
  const box = find('mockdoor-notice');
  box.hidden = !argument;
  box.replaceChildren();
  if (!argument) return;
  if (icon) box.append(make('span', { className: icon === '◌' ? 'icon turning' : 'icon' }, icon));
  box.append(make('span', {}, String(argument.title ?? '')));
}

function make(tag, properties, ...children) {
  const element = Object.assign(document.createElement(tag), properties);
  element.append(...children);
  return element;
}

/** Draw a sheet and wait for the button that was pressed; resolves to its value. */
function ask(className, contents, buttons) {
  const sheet = find('mockdoor-sheet');
  return new Promise((resolve) => {
    const press = (value) => {
      sheet.hidden = true;
      sheet.replaceChildren();
      resolve(value);
    };
    const row = make('div', { className: 'buttons' }, ...buttons.map(({ text, value, look = '', colour }) => {
      const button = make('button', { className: look, onclick: () => press(typeof value === 'function' ? value() : value) }, text);
      if (colour) button.style.color = colour;
      return button;
    }));
    sheet.replaceChildren(make('div', { className: `box ${className}` }, ...contents, row));
    sheet.hidden = false;
    row.lastElementChild?.focus();
  });
}

function askModal(argument) {
  const { title = '', content = '', showCancel = true, cancelText = '取消', confirmText = '确定', editable, placeholderText = '' } = argument;
  const field = editable && make('input', { value: content, placeholder: placeholderText });
  const contents = [title && make('strong', {}, title), field || (content && make('p', {}, content))].filter(Boolean);
  return ask('modal', contents, [
    ...(showCancel ? [{ text: cancelText, value: false, colour: argument.cancelColor }] : []),
    { text: confirmText, value: () => (editable ? { confirm: true, content: field.value } : true), look: 'main', colour: argument.confirmColor ?? '#576b95' },
  ]);
}

function askItem({ itemList = [], alertText, itemColor }) {
  const contents = alertText ? [make('p', {}, alertText)] : [];
  return ask('action', contents, [
    ...itemList.map((text, value) => ({ text, value, colour: itemColor })),
    { text: '取消', value: false, look: 'last' },
  ]);
}

function askLeave(api, argument) {
  const what = QUESTIONS[api] ?? `申请使用 ${argument?.scope ?? api}`;
  return ask('leave', [make('strong', {}, what), make('p', {}, argument?.desc ?? '')], [
    { text: '拒绝', value: false }, { text: '允许', value: true, look: 'main green' },
  ]);
}

/** The pictures of the album: one that is drawn here, or a file of this computer. */
function askFile(api) {
  const field = make('input', { type: 'file', accept: 'image/*', multiple: true, ariaLabel: '从电脑选择' });
  return ask('leave', [make('strong', {}, api === 'chooseAvatar' ? '选择头像' : '选择图片'), field], [
    { text: '取消', value: false },
    { text: '使用', value: async () => (field.files.length ? [...field.files] : [await drawnPicture()]), look: 'main green' },
  ]);
}

function drawnPicture() {
  const canvas = Object.assign(document.createElement('canvas'), { width: 132, height: 132 });
  const pen = canvas.getContext('2d');
  pen.fillStyle = '#3f7fbf';
  pen.fillRect(0, 0, 132, 132);
  return new Promise((resolve) => { canvas.toBlob(resolve, 'image/png'); });
}
