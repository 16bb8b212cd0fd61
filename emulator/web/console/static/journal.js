// The exchanges that a page has heard of, and the one that it looks at.

export class Journal {
  /** @param {number} max how many exchanges to keep */
  constructor(max) {
    this.max = max;
    this.clear();
  }

  clear() {
    this.entries = [];
    this.chosen = null;
    this.following = true;
  }

  /**
   * Take in exchanges, which may come in any order and more than once; of a repeated one the later copy counts.
   * Whoever looks at the newest exchange stays with the newest one.
   *
   * @returns {object[]} those that are new, oldest first
   */
  add(exchanges) {
    const known = new Map(this.entries.map((entry) => [entry.number, entry]));
    const all = new Map([...known, ...exchanges.map((entry) => [entry.number, entry])]);
    this.entries = [...all.values()].sort((one, other) => one.number - other.number).slice(-this.max);
    if (this.following) this.chosen = this.entries.at(-1)?.number ?? null;
    return this.entries.filter((entry) => !known.has(entry.number));
  }

  choose(number) {
    this.chosen = number;
    this.following = number === this.entries.at(-1)?.number;
  }

  get current() {
    return this.entries.find((entry) => entry.number === this.chosen);
  }
}
