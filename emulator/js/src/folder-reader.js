// A folder of this machine as a mini program's files.

import fs from 'node:fs';
import path from 'node:path';

const SKIPPED = new Set(['.git', '.svn', '.idea', '.vscode']);

/** @returns {import('./reader.js').Reader} over a folder */
export function folderReader(folder) {
  const root = path.resolve(folder);
  const place = (name) => path.join(root, ...name.split('/'));
  return {
    read(name) {
      try {
        return fs.readFileSync(place(name), 'utf8').replace(/^\uFEFF/, '');
      } catch (error) {
        if (['ENOENT', 'EISDIR', 'ENOTDIR'].includes(error.code)) return undefined;
        throw error;
      }
    },
    has: (name) => Boolean(fs.statSync(place(name), { throwIfNoEntry: false })?.isFile()),
    list: () => found(root, ''),
  };
}

function found(root, below) {
  const entries = fs.readdirSync(path.join(root, below), { withFileTypes: true });
  return entries.flatMap((entry) => {
    const name = below ? `${below}/${entry.name}` : entry.name;
    if (entry.isDirectory()) return SKIPPED.has(entry.name) || entry.name === 'node_modules' ? [] : found(root, name);
    return [name];
  });
}
