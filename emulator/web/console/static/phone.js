// The phone: what a mini program shows on its screen.

import { find, make } from './dom.js';

let hiding = null;

/** The hooks of wx.js that draw on the phone; `say` prints a line of the output. */
export function phoneHooks({ say }) {
  const show = (text, ms) => {
    clearTimeout(hiding);
    find('toast').textContent = text;
    find('toast').hidden = !text;
    if (text && ms) hiding = setTimeout(() => { find('toast').hidden = true; }, ms);
  };
  return {
    toast: (given) => show(given ? given.title : '', given?.duration || 1500),
    loading: (given) => show(given ? `◌ ${given.title}` : ''),
    modal: askModal,
    data: (page) => showData(page.data),
    error: (error, where) => say(`${where ? `${where}: ` : ''}${error?.message || error}`, 'bad'),
  };
}

export function showData(data) {
  find('data').textContent = data && Object.keys(data).length ? JSON.stringify(data, null, 2) : '';
  find('data').hidden = !find('data').textContent;
}

function askModal({ title = '', content = '' }) {
  find('modal-title').textContent = title;
  find('modal-text').textContent = content;
  find('modal').returnValue = '';
  find('modal').showModal();
  return new Promise((resolve) => {
    find('modal').addEventListener('close', () => resolve(find('modal').returnValue === 'yes'), { once: true });
  });
}

/** Buttons for a page's handlers, labelled as its wxml labels them. */
export function showHandlers(names, labels, press) {
  find('handlers').replaceChildren(...names.map((name) => make('button', { onclick: () => press(name) }, labels[name] || name)));
}

/** What the elements of a wxml text that call a handler say: {handler: label}. */
export function labelsOf(wxml) {
  const labels = {};
  const parsed = new DOMParser().parseFromString(wxml.replace(/<(\w[\w-]*)([^>]*)\/>/g, '<$1$2></$1>'), 'text/html');
  for (const element of parsed.body.querySelectorAll('*')) {
    for (const { name, value } of element.attributes) {
      const text = element.textContent.trim().replace(/\s+/g, ' ').slice(0, 40);
      if (/^(bind|catch):?\w+$/.test(name) && !(value in labels)) labels[value] = text && !text.includes('{{') ? text : value;
    }
  }
  return labels;
}
