// What a user reads of built-in components that draw more, or less, than what stands inside them.

import { attributeOf } from '../view.js';
import { held } from './held.js';

const OPEN_DATA = { userNickName: '微信用户' };

const SHOWN = {
  input: field,
  textarea: field,
  'rich-text': (node) => textOfNodes(attributeOf(node, 'nodes')),
  // Open data has been anonymous since 2022, whoever the user is.
  'open-data': (node) => OPEN_DATA[attributeOf(node, 'type')] ?? '',
  progress: (node) => (attributeOf(node, 'show-info') ? `${Number(attributeOf(node, 'percent') ?? 0)}%` : ''),
  slider: (node) => (attributeOf(node, 'show-value') ? String(held(node, 'value') ?? 0) : ''),
  'web-view': (node) => `[${attributeOf(node, 'src') ?? ''}]`,
  image: () => '',
  icon: () => '',
};

/** @returns {string | undefined} the text of a built-in component; undefined where it shows what stands inside it */
export function textShown(node, tag) {
  return SHOWN[tag]?.(node);
}

function field(node) {
  const value = String(held(node, 'value') ?? '');
  if (value && attributeOf(node, 'password')) return '•'.repeat([...value].length);
  return value || String(attributeOf(node, 'placeholder') ?? '');
}

const TAG = /<[^>]*>/g;
const ENTITIES = { nbsp: ' ', lt: '<', gt: '>', amp: '&', apos: "'", quot: '"', ensp: '\u2002', emsp: '\u2003' };
const BLOCK_END = /<\/(?:p|div|h[1-6]|li|tr)>|<br\s*\/?>/g;

function textOfNodes(nodes) {
  if (typeof nodes === 'string') return decode(nodes.replace(BLOCK_END, '\n').replace(TAG, ''));
  if (!nodes || typeof nodes !== 'object') return '';
  if (typeof nodes.length === 'number') return [...nodes].map(textOfNodes).join('');
  return nodes.type === 'text' ? decode(String(nodes.text ?? '')) : textOfNodes(nodes.children);
}

function decode(text) {
  return text.replace(/&(nbsp|lt|gt|amp|apos|quot|ensp|emsp);/g, (entity, name) => ENTITIES[name]);
}
