// One mini program in a process of its own: commands come as lines of JSON on stdin, answers leave so on stdout.
//
// A command is {id, do, limit, ...}; its answer {id, state} or {id, error: {message, ...}}. Whatever else this process
// writes goes to stderr, so that no line of a mini program is ever taken for an answer.

import fs from 'node:fs';
import readline from 'node:readline';
import { Worker } from 'node:worker_threads';

import { createSession } from './host-session.js';

const ANSWERS = 1;

process.stdout.write = (...words) => process.stderr.write(...words);
process.on('uncaughtException', (error) => session.uncaught(error));
process.on('unhandledRejection', (error) => session.uncaught(error));

const session = createSession();
const watch = new Worker(new URL('./host-watch.mjs', import.meta.url), { stdout: true });
watch.on('error', () => {}); // an old Node cannot look into a loop; whoever waits ends us then
watch.unref();
let last = Promise.resolve();

readline.createInterface({ input: process.stdin })
  .on('line', (line) => { last = last.then(() => answer(JSON.parse(line))); })
  .on('close', () => process.exit(0));

async function answer({ id, limit, ...command }) {
  watch.postMessage({ id, limit });
  let done;
  try {
    done = { id, ...await inTime(session.run(command), limit) };
  } catch (error) {
    done = { id, error: { message: error?.message ?? String(error), ...error?.more } };
  }
  watch.postMessage({ id });
  write(done);
}

/** What a command gives, or what it still waits for when its time is over. */
function inTime(work, limit) {
  let timer;
  const late = new Promise((resolve, reject) => {
    timer = setTimeout(() => reject(Object.assign(new Error(session.waiting()), { more: { late: true } })), limit);
  });
  return Promise.race([work, late]).finally(() => clearTimeout(timer));
}

function write(answered) {
  const bytes = Buffer.from(`${JSON.stringify(answered)}\n`);
  for (let sent = 0; sent < bytes.length;) sent += fs.writeSync(ANSWERS, bytes, sent);
}
