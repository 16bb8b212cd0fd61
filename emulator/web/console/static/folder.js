// A mini program's folder on this page: chosen, dropped, kept across reloads, or served by the emulator.

import { base, call, token } from './api.js';

const TEXT = /\.(?:js|ts|cjs|mjs|json|wxml|wxss|wxs|less|scss|css|md|txt)$/i;
const PICTURE = /\.(?:png|jpe?g|gif|webp|svg)$/i;
const LEFT_OUT = /(?:^|\/)(?:\.git|\.svn|\.idea|\.vscode|node_modules)\//;

/** @typedef {{name: string, files: Record<string, string>, pictures: Map<string, Blob>}} Folder */

/** @returns {Promise<Folder>} from pairs of a path and a File; a folder around all of them is taken off */
export async function folderOf(pairs) {
  const kept = pairs.filter(([path]) => !LEFT_OUT.test(path));
  const top = kept[0]?.[0].split('/')[0];
  const isAround = kept.every(([path]) => path.startsWith(`${top}/`));
  const folder = { name: isAround ? top : '', files: {}, pictures: new Map() };
  for (const [path, file] of kept) {
    const name = isAround ? path.slice(top.length + 1) : path;
    if (TEXT.test(name)) folder.files[name] = await file.text();
    else if (PICTURE.test(name)) folder.pictures.set(name, new Blob([file], { type: typeOf(name) }));
  }
  return folder;
}

function typeOf(name) {
  const ending = name.split('.').pop().toLowerCase();
  return `image/${{ svg: 'svg+xml', jpg: 'jpeg' }[ending] ?? ending}`;
}

export function chosenPairs(list) {
  return [...list].map((file) => [file.webkitRelativePath || file.name, file]);
}

/** @returns {Promise<Array<[string, File]>>} what was dropped, folders with all that is in them */
export async function droppedPairs(transfer) {
  const entries = [...transfer.items].map((item) => item.webkitGetAsEntry?.()).filter(Boolean);
  return (await Promise.all(entries.map((entry) => pairsOf(entry, entry.name)))).flat();
}

async function pairsOf(entry, path) {
  if (entry.isFile) return [[path, await new Promise((resolve, reject) => { entry.file(resolve, reject); })]];
  if (LEFT_OUT.test(`${path}/`)) return [];
  const reader = entry.createReader();
  const found = [];
  for (;;) {
    const more = await new Promise((resolve, reject) => { reader.readEntries(resolve, reject); });
    if (!more.length) break;
    for (const one of more) found.push(...await pairsOf(one, `${path}/${one.name}`));
  }
  return found;
}

export const isMiniProgram = (files) => Object.keys(files).some((path) => /(?:^|\/)app\.json$/.test(path));

function database(work) {
  return new Promise((resolve, reject) => {
    const opening = indexedDB.open('mockdoor', 1);
    opening.onupgradeneeded = () => opening.result.createObjectStore('folders');
    opening.onerror = () => reject(opening.error);
    opening.onsuccess = () => {
      const asked = work(opening.result.transaction('folders', 'readwrite').objectStore('folders'));
      asked.onsuccess = () => resolve(asked.result);
      asked.onerror = () => reject(asked.error);
    };
  });
}

/** Keep a folder across reloads of the page, in the browser. */
export const keepFolder = (folder) => database((folders) => folders.put(folder, base || '/'));
export const forgetFolder = () => database((folders) => folders.delete(base || '/'));
/** @returns {Promise<Folder | undefined>} */
export const keptFolder = () => database((folders) => folders.get(base || '/'));

/** @returns {Promise<Folder & {mark: string}>} the folder that the server was given */
export async function servedFolder() {
  const { folder, files, mark } = await call('GET', 'mini-program-files');
  const headers = token() ? { 'X-Mockdoor-Token': token() } : {};
  const wanted = files.filter((path) => TEXT.test(path) || PICTURE.test(path));
  const pairs = await Promise.all(wanted.map(async (path) => {
    const answer = await fetch(`${base}/_emulator/mini-program-files/${path.split('/').map(encodeURIComponent).join('/')}`, { headers });
    return [`${folder}/${path}`, await answer.blob()];
  }));
  return { ...await folderOf(pairs), name: folder, mark };
}
