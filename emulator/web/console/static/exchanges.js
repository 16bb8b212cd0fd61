// The list of exchanges: newest first, filtered, chosen by mouse or keys.

import { find, make } from './dom.js';
import { t } from './i18n.js';
import { failureOf } from './sequence.js';

const MOST_KEPT = 1000;
const MOST_SHOWN = 200;

export class Exchanges {
  constructor({ onChoose }) {
    this.entries = [];
    this.chosen = null;
    this.following = true;
    this.onChoose = onChoose;
    find('filter').addEventListener('input', () => this.show());
    find('filter').addEventListener('keydown', (event) => { if (event.key === 'Escape') { find('filter').value = ''; this.show(); find('list').focus(); } });
    find('list').addEventListener('keydown', (event) => this.#key(event));
  }

  add(entries) {
    this.entries = [...this.entries, ...entries].slice(-MOST_KEPT);
    if (entries.length && this.following) this.chosen = entries.at(-1).number;
    if (entries.length) find('announce').textContent = line(entries.at(-1));
    this.show();
  }

  clear() {
    this.entries = [];
    this.chosen = null;
    this.following = true;
    this.show();
  }

  get current() {
    return this.entries.find((entry) => entry.number === this.chosen);
  }

  choose(number) {
    this.chosen = number;
    this.following = number === this.entries.at(-1)?.number;
    this.show();
    find(`exchange-${number}`)?.scrollIntoView({ block: 'nearest' });
  }

  shown() {
    const wanted = find('filter').value.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (entry) => {
      const text = line(entry).toLowerCase();
      return wanted.every((word) => text.includes(word));
    };
    return this.entries.filter(fits).reverse().slice(0, MOST_SHOWN);
  }

  show() {
    const shown = this.shown();
    const list = find('list');
    list.replaceChildren(...shown.map((entry) => this.#item(entry)));
    if (!shown.length && this.entries.length) list.append(make('li', {}, make('span', { class: 'sub' }, t('none'))));
    find('count').textContent = this.entries.length ? t('count', { shown: shown.length, all: this.entries.length }) : '';
    list.setAttribute('aria-activedescendant', this.chosen ? `exchange-${this.chosen}` : '');
    this.onChoose(this.current);
  }

  #item(entry) {
    const wrong = failureOf(entry.response);
    const status = entry.response.status ?? '—';
    return make(
      'li',
      {
        id: `exchange-${entry.number}`, role: 'option', 'data-testid': 'exchange', 'aria-selected': String(entry.number === this.chosen),
        onclick: () => this.choose(entry.number),
      },
      make('span', { class: 'number' }, `${entry.number}`),
      make('span', { class: 'what' }, entry.operation),
      make('span', { class: wrong ? 'badge bad' : 'badge' }, `${wrong ? '✗' : '✓'} ${status}`),
      make('span', { class: 'sub' }, [entry.at.slice(11, 19), entry.persona, wrong || entry.path].filter(Boolean).join(' · ')),
    );
  }

  #key(event) {
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const shown = this.shown();
    const at = shown.findIndex((entry) => entry.number === this.chosen);
    const next = shown[Math.min(Math.max(at + step, 0), shown.length - 1)];
    if (next) this.choose(next.number);
  }
}

const line = (entry) => [
  entry.number, entry.operation, entry.persona, entry.method, entry.path, entry.response.status, failureOf(entry.response), entry.why,
].filter(Boolean).join(' ');
