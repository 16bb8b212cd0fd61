// Light or dark, normal or large, English or Chinese: what a reader chose, kept in this browser.

import { find } from './dom.js';
import { language, onLanguage, setLanguage, applyTexts } from './i18n.js';

export function installView() {
  const root = document.documentElement;
  const kept = localStorage.getItem('mockdoor.theme');
  const dark = matchMedia('(prefers-color-scheme: dark)');
  const show = (theme) => {
    root.dataset.theme = theme;
    find('theme').setAttribute('aria-pressed', String(theme === 'dark'));
  };
  show(kept || (dark.matches ? 'dark' : 'light'));
  dark.addEventListener('change', () => { if (!localStorage.getItem('mockdoor.theme')) show(dark.matches ? 'dark' : 'light'); });
  find('theme').addEventListener('click', () => {
    const theme = root.dataset.theme === 'dark' ? 'light' : 'dark';
    localStorage.setItem('mockdoor.theme', theme);
    show(theme);
  });
  const size = find('size');
  const resize = (large) => {
    root.dataset.size = large ? 'large' : 'normal';
    size.setAttribute('aria-pressed', String(large));
    localStorage.setItem('mockdoor.size', large ? 'large' : 'normal');
  };
  resize(localStorage.getItem('mockdoor.size') === 'large');
  size.addEventListener('click', () => resize(root.dataset.size !== 'large'));
  find('language').addEventListener('click', () => setLanguage(language() === 'zh' ? 'en' : 'zh'));
  const say = () => {
    root.lang = language() === 'zh' ? 'zh-CN' : 'en';
    applyTexts(document);
  };
  onLanguage(say);
  say();
}
