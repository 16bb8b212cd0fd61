// Where a mini program's files come from: a folder in Node, or files in memory.

/**
 * @typedef {object} Reader
 * @property {(path: string) => string | undefined} read a file's text; paths are relative, with slashes
 * @property {(path: string) => boolean} has whether there is such a file
 * @property {() => string[]} list the paths of all files
 */

/** @returns {Reader} over texts by their paths */
export function memoryReader(files) {
  const texts = new Map(files instanceof Map ? files : Object.entries(files));
  return {
    read: (path) => texts.get(path),
    has: (path) => texts.has(path),
    list: () => [...texts.keys()],
  };
}

/** @returns {Reader} one that sees only what lies below a folder of another one */
export function below(reader, folder) {
  if (!folder) return reader;
  const prefix = `${folder}/`;
  return {
    read: (path) => reader.read(prefix + path),
    has: (path) => reader.has(prefix + path),
    list: () => reader.list().filter((path) => path.startsWith(prefix)).map((path) => path.slice(prefix.length)),
  };
}

/** @returns {string} a path without `.`, `..` and doubled slashes; `undefined` when it leads outside */
export function normalize(path) {
  const parts = [];
  for (const part of path.split('/')) {
    if (part === '' || part === '.') continue;
    if (part !== '..') parts.push(part);
    else if (parts.length) parts.pop();
    else return undefined;
  }
  return parts.join('/');
}

/** @returns {string} the folder of a path, empty at the top */
export function folderOf(path) {
  return path.includes('/') ? path.slice(0, path.lastIndexOf('/')) : '';
}

/** @returns {string} a path joined to a folder */
export function join(folder, path) {
  return normalize(path.startsWith('/') ? path : `${folder}/${path}`);
}
