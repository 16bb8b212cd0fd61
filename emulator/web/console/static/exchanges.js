// The list of exchanges: newest first, filtered, chosen by mouse or keys.

import { breakable, find, make } from './dom.js';
import { t } from './i18n.js';
import { Journal } from './journal.js';
import { failureOf, hasFailed, reasonOf } from './outcome.js';

const MAX_KEPT = 1000;
const MAX_SHOWN = 200;

export class Exchanges {
  constructor({ onChoose }) {
    this.journal = new Journal(MAX_KEPT);
    this.onChoose = onChoose;
    find('filter').addEventListener('input', () => this.show());
    find('filter').addEventListener('keydown', (event) => { if (event.key === 'Escape') { find('filter').value = ''; this.show(); find('list').focus(); } });
    find('list').addEventListener('keydown', (event) => this.#key(event));
  }

  get entries() {
    return this.journal.entries;
  }

  get current() {
    return this.journal.current;
  }

  add(entries) {
    const fresh = this.journal.add(entries);
    if (fresh.length) find('announce').textContent = line(fresh.at(-1));
    this.show();
  }

  clear() {
    this.journal.clear();
    this.show();
  }

  choose(number) {
    this.journal.choose(number);
    this.show();
    find(`exchange-${number}`)?.scrollIntoView({ block: 'nearest' });
  }

  shown() {
    const wanted = find('filter').value.toLowerCase().split(/\s+/).filter(Boolean);
    const fits = (entry) => {
      const text = `${line(entry)} ${entry.why || ''}`.toLowerCase(); // the English reason in Chinese pages too
      return wanted.every((word) => text.includes(word));
    };
    return this.entries.filter(fits).reverse().slice(0, MAX_SHOWN);
  }

  show() {
    const shown = this.shown();
    const list = find('list');
    list.replaceChildren(...shown.map((entry) => this.#item(entry)));
    if (!shown.length && this.entries.length) list.append(make('li', {}, make('span', { class: 'sub' }, t('none'))));
    find('count').textContent = this.entries.length ? t('count', { shown: shown.length, all: this.entries.length }) : '';
    list.setAttribute('aria-activedescendant', this.journal.chosen ? `exchange-${this.journal.chosen}` : '');
    this.onChoose(this.current);
  }

  #item(entry) {
    const failed = hasFailed(entry);
    const status = entry.response.status ?? '—';
    return make(
      'li',
      {
        id: `exchange-${entry.number}`, role: 'option', 'data-testid': 'exchange', 'aria-selected': String(entry.number === this.journal.chosen),
        onclick: () => this.choose(entry.number),
      },
      make('span', { class: 'number' }, `${entry.number}`),
      make('span', { class: 'what' }, breakable(entry.operation)),
      make('span', { class: failed ? 'badge bad' : 'badge' }, `${failed ? '✗' : '✓'} ${status}`),
      make('span', { class: 'sub' }, [entry.at.slice(11, 19), entry.persona, failureOf(entry) || entry.path].filter(Boolean).join(' · ')),
    );
  }

  #key(event) {
    const step = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 }[event.key];
    if (!step) return;
    event.preventDefault();
    const shown = this.shown();
    const at = shown.findIndex((entry) => entry.number === this.journal.chosen);
    const next = shown[Math.min(Math.max(at + step, 0), shown.length - 1)];
    if (next) this.choose(next.number);
  }
}

const line = (entry) => [
  entry.number, entry.operation, entry.persona, entry.method, entry.path, entry.response.status, failureOf(entry), reasonOf(entry),
].filter(Boolean).join(' ');
