// A mistake in a mini program's files: what, where, and what to do.

export class Problem extends Error {
  /**
   * @param {string} message what is wrong, and what is allowed
   * @param {string} [file] relative to the mini program
   * @param {number} [line] counted from 1
   */
  constructor(message, file, line) {
    const place = file ? `${file}${line ? `:${line}` : ''}: ` : '';
    super(`${place}${message}`);
    this.name = 'Problem';
    this.file = file;
    this.line = line;
  }
}

/** @returns {number} the line, counted from 1, of an offset in a text */
export function lineAt(text, offset) {
  return text.slice(0, offset).split('\n').length;
}
