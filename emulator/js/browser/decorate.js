// What CSS alone cannot do for built-in components: pictures, real fields' attributes, checked boxes, rpx in styles.

import { withoutRpx } from '../src/wxss.js';

import { nodeOf } from './touch.js';

const SIZES = { scaleToFill: '100% 100%', aspectFit: 'contain', aspectFill: 'cover', widthFix: '100% 100%', heightFix: '100% 100%' };
const KEYBOARDS = { number: 'numeric', idcard: 'text', digit: 'decimal', tel: 'tel' };

/**
 * @param {Element} root
 * @param {{app: object, picture: (src: string) => string | undefined}} given
 */
export function decorate(root, { app, picture }) {
  const draw = {
    IMAGE: (element) => drawImage(element, picture),
    INPUT: drawField,
    TEXTAREA: drawField,
    NAVIGATOR: (element) => element.setAttribute('role', 'link'),
    'RICH-TEXT': drawRichText,
    'WEB-VIEW': (element) => { element.textContent = element.getAttribute('src') ?? ''; },
  };

  const visit = (element) => {
    if (/\drpx/.test(element.getAttribute('style') ?? '')) element.setAttribute('style', withoutRpx(element.getAttribute('style')));
    draw[element.tagName]?.(element);
  };

  new MutationObserver((changes) => {
    for (const { type, target, addedNodes } of changes) {
      if (type === 'attributes') visit(target);
      for (const added of addedNodes) if (added.nodeType === 1) [added, ...added.querySelectorAll('*')].forEach(visit);
    }
    showChecked();
  }).observe(root, { subtree: true, childList: true, attributes: true, attributeFilter: ['style', 'src', 'mode', 'value', 'type', 'password', 'nodes', 'checked', 'maxlength'] });
  root.addEventListener('click', () => setTimeout(showChecked));

  function showChecked() {
    for (const element of root.querySelectorAll('checkbox, radio, switch')) {
      const node = nodeOf(element);
      const checked = node?.widget?.checked ?? app.widgets.valueOf?.(node) === true;
      const isOn = node?.widget?.checked === undefined ? isMarked(node) || checked : checked;
      element.toggleAttribute('data-checked', Boolean(isOn));
      element.setAttribute('role', element.tagName.toLowerCase());
      element.setAttribute('aria-checked', String(Boolean(isOn)));
    }
  }
}

function isMarked(node) {
  const value = node?.attributes?.find?.((one) => one.name === 'checked')?.value;
  return value === '' || Boolean(value);
}

function drawImage(element, picture) {
  const src = element.getAttribute('src') ?? '';
  const mode = element.getAttribute('mode') ?? 'scaleToFill';
  const url = src && picture(src);
  if (element.dataset.drawn === `${mode} ${url}`) return;
  element.dataset.drawn = `${mode} ${url}`;
  element.setAttribute('role', 'img');
  element.style.backgroundImage = url ? `url("${url.replace(/["\\\n]/g, encodeURIComponent)}")` : 'none';
  element.style.backgroundSize = SIZES[mode] ?? 'auto';
  if (!url || (mode !== 'widthFix' && mode !== 'heightFix')) return;
  const image = new Image();
  image.onload = () => {
    element.style.aspectRatio = `${image.naturalWidth} / ${image.naturalHeight}`;
    element.style[mode === 'widthFix' ? 'height' : 'width'] = 'auto';
  };
  image.src = url;
}

function drawField(element) {
  const type = element.getAttribute('type') ?? 'text';
  if (element.tagName === 'INPUT') {
    if (element.hasAttribute('password') && element.getAttribute('password') !== 'false') {
      if (type !== 'password') element.setAttribute('type', 'password');
    } else if (KEYBOARDS[type]) {
      element.setAttribute('inputmode', KEYBOARDS[type]);
      element.setAttribute('type', 'text');
    }
  }
  const longest = Number(element.getAttribute('maxlength') ?? 140);
  if (element.maxLength !== longest && longest >= 0) element.maxLength = longest;
  const value = element.getAttribute('value');
  if (value !== null && element.dataset.given !== value) {
    element.dataset.given = value;
    element.value = value;
  }
}

const PLAIN = new Set(['a', 'b', 'br', 'code', 'div', 'em', 'h1', 'h2', 'h3', 'h4', 'hr', 'i', 'li', 'ol', 'p', 'span', 'strong', 'table', 'tbody', 'td', 'th', 'thead', 'tr', 'u', 'ul']);

/** Rich text as a browser parses it, of which only harmless tags and no attribute but the style are kept. */
function drawRichText(element) {
  const text = element.getAttribute('nodes') ?? '';
  if (element.dataset.given === text) return;
  element.dataset.given = text;
  const parsed = new DOMParser().parseFromString(text, 'text/html').body;
  element.replaceChildren(...[...parsed.childNodes].map(plain));
}

function plain(node) {
  if (node.nodeType !== 1) return document.createTextNode(node.textContent);
  const tag = node.tagName.toLowerCase();
  const made = document.createElement(PLAIN.has(tag) ? tag : 'span');
  if (node.getAttribute('style')) made.style.cssText = withoutRpx(node.getAttribute('style'));
  made.append(...[...node.childNodes].map(plain));
  return made;
}
