// Building parts of a page; text is always text, never markup.

/** Make an element: `make('p', {class: 'quiet'}, 'text', otherElement)`; `on…` attributes are listeners. */
export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (value === undefined || value === null || value === false) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? '' : value);
  }
  element.append(...children.flat().filter((child) => child !== null && child !== undefined && child !== ''));
  return element;
}

/** Return a name such as an operation's or a key in parts between which a line may end. */
export const breakable = (name) => name.split(/(?<=[._])/).flatMap((part) => [part, make('wbr')]);

export const find = (id) => document.getElementById(id);

/** Copy a text, also where the clipboard needs a page of https. */
export async function copy(text, button, done) {
  try {
    await navigator.clipboard.writeText(text);
  } catch {
    const area = make('textarea', {}, text);
    document.body.append(area);
    area.select();
    document.execCommand('copy');
    area.remove();
  }
  const label = button.textContent;
  button.textContent = done;
  setTimeout(() => { button.textContent = label; }, 1500);
}
