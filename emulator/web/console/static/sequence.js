// The sequence diagram: who called whom, drawn from exchanges of the journal.

import { t } from './i18n.js';
import { failureOf, hasFailed, reasonOf } from './outcome.js';

const SVG = 'http://www.w3.org/2000/svg';
const NARROWEST = 300;
const WIDEST = 1000;
const HEAD = 46;
const STEP = 44;

/** The caller of an exchange: a backend shows by calling WeChat itself or by holding the client's secret. */
export function callerOf(entry) {
  if (entry.operation.startsWith('wechat.')) return 'backend';
  const basic = entry.request.headers.some(([name, value]) => name === 'Authorization' && value.startsWith('Basic'));
  return basic || /client_?secret/i.test(entry.request.body + entry.query) ? 'backend' : 'app';
}

/** The arrows of exchanges: {from, to, text, number, failed, guessed, back}. */
export function arrowsOf(entries) {
  return entries.flatMap(arrowsOfOne);
}

function arrowsOfOne(entry) {
  const caller = callerOf(entry);
  const number = entry.number;
  const server = entry.operation.startsWith('wechat.') ? 'wechat' : 'casdoor';
  const arrows = [];
  const code = codeOf(entry);
  if (entry.operation === 'casdoor.login' && caller === 'app' && code) {
    arrows.push({ from: 'app', to: 'wechat', text: 'wx.login()', number, guessed: true });
    arrows.push({ from: 'wechat', to: 'app', text: `code ${brief(code, 16)}`, number, guessed: true, back: true });
  }
  arrows.push({ from: caller, to: server, text: `${entry.method} ${entry.path}`, number });
  for (const inner of entry.inner) {
    arrows.push({ from: 'casdoor', to: 'wechat', text: inner.operation.replace('wechat.', ''), number });
    arrows.push({ from: 'wechat', to: 'casdoor', text: failureOf(inner) || openidOf(inner.response), number, failed: hasFailed(inner), back: true, why: reasonOf(inner) });
  }
  const status = entry.response.status === null ? '' : `${entry.response.status} `;
  const text = status + (failureOf(entry) || successOf(entry));
  arrows.push({ from: server, to: caller, text, number, failed: hasFailed(entry), back: true, why: reasonOf(entry) });
  return arrows;
}

function codeOf(entry) {
  const form = new URLSearchParams(`${entry.query}&${entry.request.body}`);
  if (form.get('code')) return form.get('code');
  try { return JSON.parse(entry.request.body).code || ''; } catch { return ''; }
}

function openidOf(reply) {
  try { return `openid ${brief(JSON.parse(reply.body).openid || '', 14)}`; } catch { return String(reply.status); }
}

function successOf(entry) {
  let body = {};
  try { body = JSON.parse(entry.response.body) || {}; } catch { return ''; }
  if (body.access_token) return 'access_token';
  if (body.accessToken) return 'accessToken';
  if (body.openid) return `openid ${brief(body.openid, 14)}`;
  if (body.data === 'Affected' || body.data === 'Unaffected') return body.data;
  return body.name || body.status || 'ok';
}

/** A text cut to a number of characters; of a request's path the last part says most. */
function fitting(text, length) {
  const [method, path] = text.split(' ');
  const asked = /^[A-Z]+$/.test(method) && path?.startsWith('/');
  return brief(asked && text.length > length ? `…/${path.split('/').at(-1)}` : text, length);
}

export const brief = (text, length) => (text.length > length ? `${text.slice(0, length - 1)}…` : text);

/** Draw exchanges into a container; `choose(number)` is called for a clicked arrow. */
export function drawSequence(container, entries, { choose } = {}) {
  const arrows = arrowsOf(entries);
  const seen = new Set(arrows.flatMap((arrow) => [arrow.from, arrow.to]));
  const actors = ['app', 'backend', 'casdoor', 'wechat'].filter((actor) => actor !== 'backend' || seen.has('backend'));
  const width = Math.min(Math.max(container.clientWidth || WIDEST, NARROWEST), WIDEST);
  const box = Math.min(72, width / actors.length / 2 - 3);
  const place = Object.fromEntries(actors.map((actor, index) => [actor, (width / actors.length) * (index + 0.5)]));
  const height = HEAD + STEP * Math.max(arrows.length, 1) + 24;
  const svg = shape('svg', { viewBox: `0 0 ${width} ${height}`, width, height, role: 'img', 'aria-label': inWords(arrows) });
  for (const actor of actors) {
    svg.append(shape('line', { class: 'life', x1: place[actor], x2: place[actor], y1: HEAD - 10, y2: height - 6 }));
    const head = shape('g', { class: 'actor' });
    head.append(shape('rect', { x: place[actor] - box, y: 4, width: 2 * box, height: 30, rx: 8 }));
    head.append(words(place[actor], 24, t(`actor.${actor}`), 'middle'));
    svg.append(head);
  }
  arrows.forEach((arrow, index) => svg.append(drawArrow(arrow, place, HEAD + STEP * (index + 0.75), choose)));
  const old = container.querySelector('svg');
  const left = container.scrollLeft;
  if (old) old.replaceWith(svg); else container.append(svg);
  container.scrollLeft = left;
}

function drawArrow(arrow, place, y, choose) {
  const kind = ['arrow', arrow.failed && 'failed', arrow.guessed && 'guessed', arrow.back && 'back'].filter(Boolean).join(' ');
  const group = shape('g', { class: kind, 'data-exchange': arrow.number });
  const from = place[arrow.from];
  const to = place[arrow.to];
  const way = Math.sign(to - from);
  group.append(shape('line', { x1: from, x2: to - way * 8, y1: y, y2: y, 'stroke-dasharray': arrow.back ? '6 4' : null }));
  group.append(shape('path', { class: 'head', d: `M${to} ${y}l${-way * 10} -5v10z` }));
  const room = Math.floor(Math.abs(to - from) / 7);
  const said = `${arrow.failed ? '✗ ' : ''}${arrow.text}`;
  group.append(words((from + to) / 2, y - 7, fitting(said, Math.max(room, 10)), 'middle'));
  const title = shape('title');
  title.textContent = `#${arrow.number} ${said}${arrow.why ? ` — ${arrow.why}` : ''}`;
  group.append(title);
  if (choose) group.addEventListener('click', () => choose(arrow.number));
  return group;
}

const inWords = (arrows) => arrows
  .map((arrow) => `${t(`actor.${arrow.from}`)} → ${t(`actor.${arrow.to}`)}: ${arrow.failed ? `${t('failed')} ` : ''}${arrow.text}`)
  .join('; ');

function words(x, y, text, anchor) {
  const element = shape('text', { x, y, 'text-anchor': anchor });
  element.textContent = text;
  return element;
}

function shape(name, attributes = {}) {
  const element = document.createElementNS(SVG, name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value !== null && value !== undefined) element.setAttribute(key, value);
  }
  return element;
}
