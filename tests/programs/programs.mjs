// The programs that `tests/programs/build` has built, started beside the emulator of MOCKDOOR_URL.

import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';

import { folderReader } from '../../emulator/js/src/folder-reader.js';
import { startMiniProgram } from '../../emulator/js/src/mini-program.js';
import { played } from '../../emulator/js/test/helpers/program.mjs';

const CACHE = process.env.XDG_CACHE_HOME ?? path.join(os.homedir(), '.cache');
const BUILT = process.env.MOCKDOOR_PROGRAMS ?? path.join(CACHE, 'mockdoor', 'programs');
const SECRET = '0123456789abcdef0123456789abcdef';

/** @returns {string | false} why a program cannot be run, for node:test's `skip` */
export function missing(program) {
  if (!process.env.MOCKDOOR_URL) return 'MOCKDOOR_URL names no emulator; run them by pytest tests/programs';
  return !fs.existsSync(path.join(BUILT, program, '.built')) && `${program} is not built: tests/programs/build`;
}

/** Start a built program as alice, with the emulator's address and the secret in its storage. */
export async function startBuilt(test, program, folder, options = {}) {
  return startFolder(test, path.join(BUILT, program, folder), options);
}

/** Start a program of this folder as alice. */
export async function startOwn(test, program, options = {}) {
  return startFolder(test, new URL(program, import.meta.url).pathname, options);
}

async function startFolder(test, folder, options) {
  const base = process.env.MOCKDOOR_URL;
  const app = await startMiniProgram({ files: folderReader(folder), played: await played(), base, persona: 'alice', ...options });
  test.after(() => app.close());
  app.wx.setStorageSync('server', base);
  app.wx.setStorageSync('secret', SECRET);
  return app;
}

/** @returns {Promise<any>} what `look` finds, as soon as it finds it: animations of component libraries take a moment */
export async function found(app, look) {
  for (const end = Date.now() + 5000; Date.now() < end;) {
    const seen = look();
    if (seen) return seen;
    await new Promise((resolve) => { setTimeout(resolve, 10); });
  }
  throw new Error(`nothing of the kind is on ${app.page.path}:\n${app.outline}`);
}
