// What a mini program prints, kept as text.

const LEVELS = ['log', 'info', 'warn', 'error', 'debug', 'group', 'groupEnd', 'time', 'timeEnd', 'trace'];
const MOST = 500;

/** @returns {object} a console that keeps the last lines in a list */
export function createConsole(lines) {
  const write = (level) => (...words) => {
    lines.push({ level, text: words.map((one) => (typeof one === 'string' ? one : inspect(one))).join(' ') });
    if (lines.length > MOST) lines.shift();
  };
  return Object.fromEntries(LEVELS.map((level) => [level, write(level)]));
}

function inspect(value) {
  if (value instanceof Error || value?.stack) return String(value.stack ?? value);
  try {
    return JSON.stringify(value) ?? String(value);
  } catch {
    return String(value);
  }
}
