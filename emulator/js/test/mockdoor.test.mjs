// Promises about mockdoor.mjs, against a real command: MOCKDOOR_COMMAND, or `mockdoor` on the PATH.

import assert from 'node:assert/strict';
import { spawn, spawnSync } from 'node:child_process';
import fs from 'node:fs';
import os from 'node:os';
import path from 'node:path';
import { after, before, test } from 'node:test';
import { fileURLToPath } from 'node:url';

import { MockdoorError, startMockdoor } from '../mockdoor.mjs';

const MODULE = new URL('../mockdoor.mjs', import.meta.url).href;
const COMMAND = process.env.MOCKDOOR_COMMAND ?? 'mockdoor';
const WORDS = COMMAND.startsWith('[') ? JSON.parse(COMMAND) : COMMAND.split(' ');
const found = spawnSync(WORDS[0], [...WORDS.slice(1), '--version']).status === 0;
const skip = found ? false : `no command ${WORDS.join(' ')}; set MOCKDOOR_COMMAND, such as "python -m emulator"`;
// What the tests start is theirs, whatever runs around them.
delete process.env.MOCKDOOR_URL;

let mock;
let folder;
before(async () => {
  if (skip) return;
  folder = fs.mkdtempSync(path.join(os.tmpdir(), 'mockdoor-'));
  mock = await startMockdoor();
});
after(async () => {
  if (skip) return;
  await mock.stop();
  fs.rmSync(folder, { recursive: true });
});

/** Trade a code as a backend does. */
async function session(env, code) {
  const query = new URLSearchParams({ appid: env.WECHAT_APPID, secret: env.WECHAT_SECRET, js_code: code, grant_type: 'authorization_code' });
  return (await fetch(`${env.WECHAT_API_BASE}/sns/jscode2session?${query}`)).json();
}

/** Run a program to its end; what it printed. */
function run(code, env = {}) {
  return new Promise((resolve) => {
    const child = spawn(process.execPath, ['--input-type=module', '-e', code], { env: { ...process.env, ...env }, stdio: ['ignore', 'pipe', 'inherit'] });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text) => { said += text; });
    child.on('close', (status, signal) => resolve({ said: said.trim(), status, signal }));
  });
}

/** Resolve once nothing listens at an address any more; the test's own limit ends what never does. */
async function silence(url) {
  for (;;) {
    try {
      await fetch(`${url}/_emulator/health`);
    } catch {
      return;
    }
  }
}

async function worldsOf(url) {
  const { worlds } = await (await fetch(`${url}/_emulator/worlds`)).json();
  return worlds.map((one) => one.name);
}

test('a login code is good for its persona, and counted', { skip }, async () => {
  await mock.reset();
  const code = await mock.loginCode('alice');

  const first = await session(mock.env, code);
  const second = await session(mock.env, code);

  assert.deepEqual([typeof first.openid, second.errcode], ['string', 40163]);
  assert.equal(await mock.verify('wechat.code2session', { count: 2 }), 2);
  assert.equal(await mock.verify('wechat.code2session', { count: 1, when: { errcode: 40163 } }), 1);
});

test('a phone code is given out', { skip }, async () => {
  assert.match(await mock.phoneCode('bob'), /^\w+$/);
});

test('a fault strikes until it is cleared', { skip }, async () => {
  await mock.reset();
  await mock.fault('wechat.code2session', { error: -1 });
  await mock.fault({ at: 'wechat.token', error: -1 });

  const struck = await session(mock.env, 'alice');
  const cleared = await mock.clearFaults();
  const spared = await session(mock.env, 'alice');

  assert.deepEqual([struck.errcode, cleared, spared.errcode], [-1, 2, undefined]);
});

test('time that passes makes codes old', { skip }, async () => {
  await mock.reset();
  const code = await mock.loginCode('alice');
  const before = await mock.advance('1s');

  const now = await mock.advance('5m');

  assert.ok(now - before >= 300_000);
  assert.equal((await session(mock.env, code)).errcode, 40029);
});

test('the journal lists exchanges, and a reset begins it anew', { skip }, async () => {
  await mock.reset();
  await session(mock.env, 'alice');
  await session(mock.env, 'bob');

  const all = (await mock.journal()).map((one) => one.operation);
  const bobs = (await mock.journal({ persona: 'bob' })).map((one) => one.persona);
  await mock.reset();

  assert.deepEqual([all, bobs], [['wechat.code2session', 'wechat.code2session'], ['bob']]);
  assert.deepEqual([await mock.journal(), await mock.messages()], [[], []]);
});

test('a count that is not met says what was seen', { skip }, async () => {
  await mock.reset();
  await session(mock.env, 'alice');

  await assert.rejects(mock.verify('wechat.code2session', { count: 2 }), (error) =>
    error instanceof MockdoorError && error.message.includes('2 expected, 1 found'));
});

test('a refusal is an error with the words of the emulator', { skip }, async () => {
  await assert.rejects(mock.verify('wechat.code2sesion'), {
    name: 'MockdoorError', status: 400, code: 'bad_request',
    message: "unknown operation 'wechat.code2sesion'; did you mean 'wechat.code2session'?",
  });
  await assert.rejects(mock.advance('soon'), { name: 'MockdoorError', status: 400 });
  await assert.rejects(mock.loginCode('nobody'), { name: 'MockdoorError', status: 400, message: /nobody/ });
});

test('an option that does not exist is refused', async () => {
  await assert.rejects(startMockdoor({ senario: 'quota' }), { message: /^unknown senario; startMockdoor takes scenario, / });
});

test('a command that does not exist is named, with the ways to name another', async () => {
  await assert.rejects(startMockdoor({ command: ['no-such-mockdoor'] }), {
    name: 'MockdoorError', message: /^there is no command "no-such-mockdoor"; .*MOCKDOOR_COMMAND.*MOCKDOOR_URL/s,
  });
});

test('a scenario that does not exist is refused in the words of the command', { skip }, async () => {
  await assert.rejects(startMockdoor({ scenario: 'wechat-bussy' }), { name: 'MockdoorError', message: /does not serve: .*wechat-bussy/s });
});

test('a server that went away is an error with its address', { skip }, async () => {
  const other = await startMockdoor();
  await other.stop();

  await assert.rejects(other.loginCode('alice'), { message: new RegExp(`^mockdoor cannot be reached at ${other.url}.*exit code 0`) });
});

test('stopping twice is as good as once, and ends the command', { skip }, async () => {
  const other = await startMockdoor({ scenario: 'wechat-busy-once' });
  const { errcode } = await session(other.env, 'alice');

  await other.stop();
  await other.stop();

  assert.equal(errcode, -1);
  await assert.rejects(fetch(other.url));
});

test('disposal stops it', { skip }, async () => {
  const other = await startMockdoor();

  await other[Symbol.asyncDispose ?? Symbol.for('Symbol.asyncDispose')]();

  await assert.rejects(fetch(other.url));
});

for (const [how, end] of Object.entries({
  'that forgets to stop': '',
  'that exits': 'process.exit(0);',
  'that throws': 'process.on("uncaughtException", () => process.exit(1)); throw new Error();',
  'that is killed': 'process.kill(process.pid, "SIGKILL");',
})) {
  test(`a test ${how} leaves no server behind`, { skip, timeout: 30_000 }, async () => {
    const { said } = await run(`import { startMockdoor } from ${JSON.stringify(MODULE)};
      const { url } = await startMockdoor();
      process.stdout.write(url, () => { ${end} });`);

    await silence(said);
  });
}

test('a running emulator is joined in a world of its own', { skip }, async () => {
  await mock.reset();
  const [one, two] = await Promise.all([startMockdoor({ url: mock.url }), startMockdoor({ url: `${mock.url}/`, scenario: 'wechat-busy-once' })]);
  const answers = [await session(one.env, 'alice'), await session(two.env, 'alice')];
  const during = await worldsOf(mock.url);
  await Promise.all([one.stop(), two.stop()]);

  assert.deepEqual(answers.map(({ errcode }) => errcode), [undefined, -1]);
  assert.deepEqual([during.length, one.env.WECHAT_API_BASE], [3, one.url]);
  assert.deepEqual([await mock.journal({ operation: 'wechat.*' }), await worldsOf(mock.url)], [[], ['main']]);
});

test('MOCKDOOR_URL is joined, one world of a server by its root', { skip }, async () => {
  const { said } = await run(`import { startMockdoor } from ${JSON.stringify(MODULE)};
    const mock = await startMockdoor();
    console.log(mock.url); await mock.stop();`, { MOCKDOOR_URL: `${mock.url}/@t1` });

  assert.match(said, new RegExp(`^${mock.url}/@js-\\d+-\\w+$`));
});

for (const [how, end] of Object.entries({ 'forgets to stop': '', exits: 'process.exit(0);' })) {
  test(`a test that ${how} leaves no world behind in what it joined`, { skip }, async () => {
    const { said } = await run(`import { startMockdoor } from ${JSON.stringify(MODULE)};
      const { url } = await startMockdoor();
      process.stdout.write(url, () => { ${end} });`, { MOCKDOOR_URL: mock.url });

    assert.match(said, /@js-/);
    assert.deepEqual(await worldsOf(mock.url), ['main']);
  });
}

test('a scenario file is played by a server that is joined', { skip }, async () => {
  const file = path.join(folder, 'mine.scenario.yaml');
  fs.writeFileSync(file, 'version: 1\nfaults: [{at: wechat.code2session, error: 45011}]\n');
  const other = await startMockdoor({ url: mock.url, scenario: file });

  const { errcode } = await session(other.env, 'alice');
  await other.stop();

  assert.equal(errcode, 45011);
});

test('mistakes of a scenario file are named by a server that is joined', { skip }, async () => {
  const file = path.join(folder, 'wrong.scenario.yaml');
  fs.writeFileSync(file, 'version: 1\nfalts: []\n');

  await assert.rejects(startMockdoor({ url: mock.url, scenario: file }), { name: 'MockdoorError', status: 400, message: /falts/ });
});

test('the file alone says that mini programs need the package', { skip }, async () => {
  const copy = path.join(folder, 'mockdoor.mjs');
  fs.copyFileSync(fileURLToPath(MODULE), copy);
  const alone = await import(copy);
  const other = await alone.startMockdoor({ url: mock.url });

  await assert.rejects(other.miniProgram('.'), { code: 'not_installed', message: /run: npm install / });
  await other.stop();
});

test('the package without its dependencies says how to install them', { skip }, async () => {
  const bare = path.join(folder, 'bare');
  fs.cpSync(fileURLToPath(new URL('..', import.meta.url)), bare, {
    recursive: true, filter: (name) => !/node_modules|test$/.test(name),
  });
  const copied = await import(path.join(bare, 'mockdoor.mjs'));
  const other = await copied.startMockdoor({ url: mock.url });

  await assert.rejects(other.miniProgram('.'), { code: 'not_installed', message: new RegExp(`[\\w-]+ is missing; run: npm install --prefix ${bare}/$`) });
  await other.stop();
});
