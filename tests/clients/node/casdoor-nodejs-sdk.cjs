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

/** Return whether a reply says that mockdoor does not play the call, in Casdoor's envelope or by a 404. */
function isNotPlayed({ status, data }) {
  return status === 404 || /^mockdoor does not play [A-Z]+ \/api\//.test(data?.msg);
}

/** Return the paths that are not played, of all that the SDK can ask for: each method is called with something. */
async function notPlayed() {
  const replies = [];
  const keep = (reply) => replies.push(reply) && reply;
  sdk.request.client.interceptors.response.use(keep, (error) => keep(error.response) && Promise.reject(error));
  for (const name of Object.getOwnPropertyNames(SDK.prototype).filter((one) => !LOCAL.test(one))) {
    const first = /^(get|upload|deleteMfa|introspect)/.test(name) ? 'x' : OBJECT;
    const given = [first, 'x', 'x', 'x', 'x'];
    const before = replies.length;
    const problem = await sdk[name](...given).catch((error) => error); // what it makes of the reply does not matter
    if (replies.length === before) throw new Error(`${name} asked nothing: ${problem?.message}`);
  }
  const paths = replies.filter(isNotPlayed).map(({ request }) => new URL(request.path, sdk.config.endpoint).pathname);
  return [...new Set(paths)].sort();
}

/** Sign a person in on the login page, which returns a code for the backend. */
async function signIn(username, password) {
  const redirectUri = 'http://localhost:9000/callback';
  const query = new URLSearchParams({ clientId: given.CASDOOR_CLIENT_ID, responseType: 'code', redirectUri });
  const form = { application: 'app-docs', organization: 'test', username, password, type: 'code' };
  const body = JSON.stringify(form);
  const reply = await (await fetch(`${given.CASDOOR_ENDPOINT}/api/login?${query}`, { method: 'POST', body })).json();
  if (reply.status !== 'ok') throw new Error(reply.msg);
  return reply.data;
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
  'a role added and read': async () => {
    const role = { owner: 'test', name: 'cashier', users: ['test/alice'], roles: [], isEnabled: true };
    const added = (await sdk.addRole(role)).data.data;
    return [added, (await sdk.getRoles()).data.data.map(({ name, users }) => [name, users])];
  },
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
  'a code of the login page': async () => {
    const user = { name: 'erin', displayName: 'Erin', password: 'secret-1', signupApplication: 'app-docs' };
    await sdk.addUser(user);
    const tokens = await sdk.getAuthToken(await signIn('erin', 'secret-1'));
    return sdk.parseJwtToken(tokens.access_token).name;
  },
  'not played yet': notPlayed,
});
