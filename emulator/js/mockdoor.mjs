// Starts mockdoor for a test, or joins one that runs, and steers it. One file without dependencies, for Node 18 or later.

import { spawn, spawnSync } from 'node:child_process';
import { randomUUID } from 'node:crypto';
import fs from 'node:fs';
import { fileURLToPath } from 'node:url';

/** How long the command may take to serve, and to end, in milliseconds. */
const PATIENCE = { start: 60_000, end: 5_000 };
const OPTIONS = ['scenario', 'profile', 'url', 'token', 'command', 'cwd'];
/** Node has had the symbol since 18.18; compilers of `await using` fall back to the same name. */
const DISPOSE = Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose');

/** What mockdoor refused, or why it cannot be reached; `status` and `code` are those of the control API. */
export class MockdoorError extends Error {
  constructor(message, { status, code, cause } = {}) {
    super(message, cause ? { cause } : undefined);
    this.name = 'MockdoorError';
    Object.assign(this, { status, code });
  }
}

/**
 * Start `mockdoor serve` on a free port, or join a running one in a world of its own.
 *
 * @param {import('./mockdoor.d.ts').Options} [options]
 * @returns {Promise<import('./mockdoor.d.ts').Mockdoor>}
 */
export async function startMockdoor(options = {}) {
  const unknown = Object.keys(options).filter((name) => !OPTIONS.includes(name));
  if (unknown.length) throw new MockdoorError(`unknown ${unknown.join(', ')}; startMockdoor takes ${OPTIONS.join(', ')}`);
  // A command that is given in the call is started, whatever the environment says.
  const url = options.url ?? (options.command ? undefined : process.env.MOCKDOOR_URL);
  const world = url ? await join(url, options) : await start(options);
  try {
    const { variables } = await world.call('GET', 'environment');
    return new Mockdoor(world, variables);
  } catch (error) {
    await world.leave();
    throw error;
  }
}

class Mockdoor {
  #world;
  #opened = new Set();

  constructor(world, env) {
    this.#world = world;
    this.url = world.url;
    this.env = env;
  }

  async loginCode(persona, { appid } = {}) {
    return (await this.#world.call('POST', 'login-codes', { persona, appid })).code;
  }

  async phoneCode(persona, { appid } = {}) {
    return (await this.#world.call('POST', 'phone-codes', { persona, appid })).code;
  }

  fault(at, fields = {}) {
    return this.#world.call('POST', 'faults', typeof at === 'string' ? { at, ...fields } : at);
  }

  async clearFaults() {
    return (await this.#world.call('DELETE', 'faults')).lifted.length;
  }

  async advance(by) {
    return new Date((await this.#world.call('POST', 'clock/advance', { by })).now);
  }

  async verify(operation, fields = {}) {
    const given = typeof operation === 'string' ? { operation, count: { $at_least: 1 }, ...fields } : operation;
    const { ok, count, why, nearest } = await this.#world.call('POST', 'verify', given);
    if (!ok) throw new MockdoorError([why, ...nearest.map((one) => `  ${one}`)].join('\n'), { code: 'verify' });
    return count;
  }

  async journal(query = {}) {
    return (await this.#world.call('GET', `journal?${new URLSearchParams(query)}`)).exchanges;
  }

  /** Subscribe messages, the oldest first. */
  async messages(persona) {
    const { messages } = await this.#world.call('GET', 'messages');
    return messages.reverse().filter((one) => persona === undefined || one.persona === persona);
  }

  async reset() {
    await this.#world.call('POST', 'reset');
  }

  async miniProgram(folder, options = {}) {
    const { openMiniProgram } = await importRuntime();
    const app = await openMiniProgram(folder, { ...options, url: this.url, token: this.#world.token, script: await this.#script() });
    this.#opened.add(app);
    return app;
  }

  /** End the mini programs, and the emulator that was started or the world that was made; once is enough. */
  async stop() {
    for (const app of this.#opened) await app.close();
    this.#opened.clear();
    await this.#world.leave();
  }

  [DISPOSE]() {
    return this.stop();
  }

  async #script() {
    const reply = await send(this.#world, 'GET', `${this.url}/_emulator/wx.js`);
    return reply.text();
  }
}

async function start({ scenario, profile, token, command, cwd }) {
  const [program, ...words] = command ?? commandOf(process.env.MOCKDOOR_COMMAND) ?? ['mockdoor'];
  const asked = [...words, 'serve', ...(scenario ? [scenario] : []), ...(profile ? ['--profile', profile] : [])];
  const env = { ...process.env, PYTHONUTF8: '1' };
  for (const name of ['MOCKDOOR_STATE', 'MOCKDOOR_URL']) delete env[name];
  const line = [...asked, '--host', '127.0.0.1', '--port', '0', '--json', '--quiet', '--until-eof'];
  const child = spawn(program, line, { cwd, env, stdio: ['pipe', 'pipe', 'pipe'], windowsHide: true });
  const server = watch(child);
  const { url } = await server.started([program, ...words].join(' '));
  for (const one of [child, child.stdin, child.stdout, child.stderr]) one.unref();
  return reachable({ url, token, trouble: server.trouble, leave: () => server.end() });
}

/** @returns {string[] | undefined} words apart by spaces, or a JSON list where they hold some */
function commandOf(text) {
  if (!text) return undefined;
  return text.startsWith('[') ? JSON.parse(text) : text.trim().split(/\s+/);
}

/** Follow a process: its first line, its complaints and its end. */
function watch(child) {
  let [said, complained] = ['', ''];
  let failed;
  const ended = new Promise((resolve) => {
    child.once('error', (error) => { failed = error; resolve(); });
    child.once('close', resolve);
  });
  child.stdin.on('error', () => {}); // it ended before its input did
  child.stderr.setEncoding('utf8').on('data', (text) => { complained = (complained + text).slice(-8000); });
  const spoke = new Promise((resolve) => {
    child.stdout.setEncoding('utf8').on('data', (text) => {
      if (said.includes('\n')) return;
      said += text;
      if (said.includes('\n')) resolve();
    });
  });

  async function started(name) {
    const late = timer(PATIENCE.start);
    await Promise.race([spoke, ended, late.rings]);
    late.stop();
    if (said.includes('\n')) return JSON.parse(said.split('\n')[0]);
    child.kill();
    if (failed?.code === 'ENOENT') {
      throw new MockdoorError(`there is no command ${JSON.stringify(name)}; install mockdoor with pip and put it on the PATH, or name it `
        + "by the option command: ['python', '-m', 'emulator'] or by MOCKDOOR_COMMAND, or a running one by MOCKDOOR_URL", { cause: failed });
    }
    const why = complained.trim() || failed?.message || 'it said nothing';
    throw new MockdoorError(`${name} does not serve: ${why}`, { code: 'start', cause: failed });
  }

  async function end() {
    child.ref();
    child.stdin.end();
    const late = timer(PATIENCE.end);
    await Promise.race([ended, late.rings.then(() => child.kill('SIGKILL'))]);
    late.stop();
  }

  const trouble = () => (child.exitCode === null ? '' : `; it ended with exit code ${child.exitCode}: ${complained.trim()}`);
  return { started, end, trouble };
}

function timer(duration) {
  let handle;
  const rings = new Promise((resolve) => { handle = setTimeout(resolve, duration); });
  return { rings, stop: () => clearTimeout(handle) };
}

async function join(address, { scenario, profile, token = process.env.MOCKDOOR_TOKEN }) {
  // MOCKDOOR_URL may lead to one world, as that of an app under test does; worlds are made at the root.
  const root = address.replace(/\/+$/, '').replace(/\/@[^/]+$/, '');
  const server = reachable({ url: root, token, trouble: () => '' });
  const name = `js-${process.pid}-${randomUUID().slice(0, 8)}`;
  const made = await server.call('POST', 'worlds', { name, profile, ...textOf(scenario) });
  const forget = (send) => { process.off('exit', atExit); return send(); };
  const atExit = () => forget(() => deleteAtOnce(`${root}/_emulator/worlds/${name}`, token));
  process.on('exit', atExit);
  let left;
  const leave = () => (left ??= forget(() => server.call('DELETE', `worlds/${name}`).catch(unlessGone)));
  return reachable({ url: `${root}/@${made.name}`, token, trouble: () => '', leave });
}

/** A world that went with its server, or that somebody else deleted, is left as well. */
function unlessGone(error) {
  if (error.status !== undefined && error.status !== 404) throw error;
}

/** A scenario's file is read here, since a server over the network has no business with this machine's files. */
function textOf(scenario) {
  if (scenario === undefined) return {};
  return fs.existsSync(scenario) ? { text: fs.readFileSync(scenario, 'utf8') } : { scenario };
}

/** Delete a world while this process ends, when nothing can be waited for any more. */
function deleteAtOnce(url, token) {
  const script = 'fetch(process.argv[1], { method: "DELETE", headers: JSON.parse(process.argv[2]) }).catch(() => {})';
  spawnSync(process.execPath, ['-e', script, url, JSON.stringify(headersOf(token))], { timeout: PATIENCE.end, env: {} });
}

function reachable({ url, token, trouble, leave }) {
  const server = { url, token, trouble, leave };
  server.call = async (method, path, fields) => {
    const reply = await send(server, method, `${url}/_emulator/${path}`, fields && JSON.stringify(fields));
    return reply.json();
  };
  return server;
}

async function send({ token, trouble }, method, url, body) {
  let reply;
  try {
    reply = await fetch(url, { method, body, headers: headersOf(token) });
  } catch (error) {
    throw new MockdoorError(`mockdoor cannot be reached at ${url}: ${error.cause?.message || error.message}${trouble()}`, { cause: error });
  }
  if (reply.ok) return reply;
  const text = await reply.text();
  throw refused(text, reply.status, `${method} ${url}`);
}

function refused(text, status, call) {
  try {
    const { error, message } = JSON.parse(text);
    if (message) return new MockdoorError(message, { status, code: error });
  } catch {
    // Not from the control API; said as it came.
  }
  return new MockdoorError(`${call} is answered with ${status}: ${text.slice(0, 500)}`, { status });
}

function headersOf(token) {
  return { 'Content-Type': 'application/json', ...(token ? { Authorization: `Bearer ${token}` } : {}) };
}

/** The runtime of mini programs has dependencies, which are needed from here on. */
async function importRuntime() {
  try {
    return await import('./src/automator.js');
  } catch (error) {
    if (!['ERR_MODULE_NOT_FOUND', 'MODULE_NOT_FOUND'].includes(error.code)) throw error;
    throw new MockdoorError(missing(error), { code: 'not_installed', cause: error });
  }
}

function missing(error) {
  const folder = fileURLToPath(new URL('.', import.meta.url));
  if (!fs.existsSync(`${folder}src/automator.js`)) {
    return 'miniProgram() needs the whole npm package, and this is its file mockdoor.mjs alone; run: '
      + 'npm install --install-links FOLDER, with the folder emulator/js of mockdoor';
  }
  const [, name] = /(?:package|module) '([^']+)'/.exec(error.message) ?? [];
  return `miniProgram() needs the dependencies of this package, and ${name ?? 'one'} is missing; run: npm install --prefix ${folder}`;
}
