// Storage, separate for each appid and persona.

const KB = 1024;
const STORAGE = { max: 10 * KB * KB, maxPerKey: KB * KB, limitSize: 10 * KB };

function prefixOf(context) {
  return `mockdoor:${context.appid ?? ''}:${context.persona ?? ''}:`;
}

/** @returns {Map<string, string>} the texts stored for this appid and persona */
function storedTexts(context) {
  const prefix = prefixOf(context);
  const names = Array.from({ length: context.storage.length }, (_, index) => context.storage.key(index));
  const own = names.filter((name) => name.startsWith(prefix));
  return new Map(own.map((name) => [name.slice(prefix.length), context.storage.getItem(name)]));
}

function sizeOf(key, text) {
  return new TextEncoder().encode(key + text).length;
}

function bytesOf(texts) {
  return [...texts].reduce((sum, [key, text]) => sum + sizeOf(key, text), 0);
}

function writeItem(context, argument, data) {
  needText(argument, 'key');
  const text = storableText(data);
  const texts = storedTexts(context).set(argument.key, text);
  if (sizeOf(argument.key, text) > STORAGE.maxPerKey) throw new Failure('entry size limit reached'); // assumed
  if (bytesOf(texts) > STORAGE.max) throw new Failure('exceed storage max size 10Mb'); // assumed
  try {
    context.storage.setItem(prefixOf(context) + argument.key, text);
  } catch (error) {
    throw new Failure(`the browser keeps no more: ${error.message}`); // localStorage may end before ten megabytes
  }
  notifyStorage(context);
}

/** JSON in a one-letter envelope, because JSON knows neither Date nor undefined. */
function storableText(data) {
  if (data instanceof Date) return `D${data.getTime()}`;
  try {
    return `J${JSON.stringify(data) ?? ''}`;
  } catch (error) {
    throw new Failure(`data cannot be turned into JSON: ${error.message}`);
  }
}

/** @returns {{data: any} | undefined} */
function readItem(context, argument) {
  needText(argument, 'key');
  const text = context.storage.getItem(prefixOf(context) + argument.key);
  if (text === null || text === undefined) return undefined;
  if (text[0] === 'D') return { data: new Date(Number(text.slice(1))) };
  return { data: text.length > 1 ? JSON.parse(text.slice(1)) : undefined };
}

function removeItem(context, argument) {
  needText(argument, 'key');
  context.storage.removeItem(prefixOf(context) + argument.key);
  notifyStorage(context);
}

function clearItems(context) {
  for (const key of storedTexts(context).keys()) context.storage.removeItem(prefixOf(context) + key);
  notifyStorage(context);
}

function notifyStorage(context) {
  guard(context, 'ui.storageChanged', context.ui.storageChanged, storageInfo(context));
}

function storageInfo(context) {
  const texts = storedTexts(context);
  return { keys: [...texts.keys()], currentSize: Math.ceil(bytesOf(texts) / KB), limitSize: STORAGE.limitSize };
}

/** localStorage's interface over a Map. */
function createMemory() {
  const items = new Map();
  return {
    get length() { return items.size; },
    key: (index) => [...items.keys()][index] ?? null,
    getItem: (key) => items.get(key) ?? null,
    setItem: (key, value) => { items.set(key, String(value)); },
    removeItem: (key) => { items.delete(key); },
  };
}
