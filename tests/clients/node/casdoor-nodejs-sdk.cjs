'use strict';
// Casdoor's own SDK for Node, as it comes from npm.
const { readFileSync } = require('node:fs');
const { SDK } = require('casdoor-nodejs-sdk');
const { login, run } = require('./checks.cjs');

const given = process.env;
const sdk = new SDK({
  endpoint: given.CASDOOR_ENDPOINT,
  clientId: given.CASDOOR_CLIENT_ID,
  clientSecret: given.CASDOOR_CLIENT_SECRET,
  certificate: readFileSync(given.CASDOOR_CERTIFICATE, 'utf8'),
  orgName: given.CASDOOR_ORGANIZATION,
  appName: given.CASDOOR_APPLICATION,
});
/** What the SDK does without asking anybody. */
const LOCAL = /^constructor$|^parseJwtToken$|Url$/;
const OBJECT = { owner: 'test', name: 'x', mfaType: 'sms', secret: 'x', newPassword: 'x' };

async function read(name) {
  return (await sdk.getUser(name)).data.data;
}

/** Return the paths that answered 404, of all that the SDK can ask for: each method is called with something. */
async function notPlayed() {
  const missing = new Set();
  for (const name of Object.getOwnPropertyNames(SDK.prototype).filter((one) => !LOCAL.test(one))) {
    const first = /^(get|upload|deleteMfa|introspect)/.test(name) ? 'x' : OBJECT;
    const given = [first, 'x', 'x', 'x', 'x'];
    await sdk[name](...given).catch((error) => {
      if (error.response === undefined) throw new Error(`${name}: ${error.message}`);
      if (error.response.status === 404) missing.add(new URL(error.request.path, sdk.config.endpoint).pathname);
    });
  }
  return [...missing].sort();
}

run({
  'a login token is verified': async () => {
    const { owner, name, aud, tokenType } = sdk.parseJwtToken((await login('alice')).access);
    return { owner, name, aud, tokenType };
  },
  'a forged token': async () => {
    const [head, payload, signature] = (await login('alice')).access.split('.');
    return sdk.parseJwtToken([head, payload, signature.slice(8) + signature.slice(0, 8)].join('.'));
  },
  'a refresh': async () => {
    const tokens = await sdk.refreshToken((await login('alice')).refresh);
    return sdk.parseJwtToken(tokens.access_token).name;
  },
  'an authorization code': () => sdk.getAuthToken('made-up'),
  'users': async () => (await sdk.getUsers()).data.data.map((user) => user.name).sort(),
  'count': async () => (await sdk.getUserCount('')).data.data,
  'a stranger': () => read('nobody'),
  'an update': async () => {
    const user = await read('alice');
    const { data } = await sdk.updateUser({ ...user, displayName: 'Alice Zhang' });
    return [data.data, (await read('alice')).displayName];
  },
  'a user added and deleted': async () => {
    const user = { name: 'dora', displayName: 'Dora' };
    const added = (await sdk.addUser(user)).data.data;
    const stored = (await read('dora')).displayName;
    return [added, stored, (await sdk.deleteUser(user)).data.data, await read('dora')];
  },
  'not played yet': notPlayed,
});
