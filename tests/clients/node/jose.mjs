// jose, as it comes from npm: a backend that verifies Casdoor's tokens with its published keys.
import { createRemoteJWKSet, jwtVerify } from 'jose';
import checks from './checks.cjs';

const { CASDOOR_ENDPOINT: url, CASDOOR_CLIENT_ID: audience } = process.env;
const keys = createRemoteJWKSet(new URL(`${url}/.well-known/jwks`));
const { access, refresh } = await checks.login('alice');
const verify = async (token, options) => {
  const { payload, protectedHeader } = await jwtVerify(token, keys, { issuer: url, audience, ...options });
  return [protectedHeader, payload.name, payload.tokenType];
};
const forge = ([head, payload, signature]) => [head, payload, signature.slice(8) + signature.slice(0, 8)].join('.');

checks.run({
  'an access token': () => verify(access),
  'a refresh token': () => verify(refresh),
  'a wrong audience': () => verify(access, { audience: 'somebody-else' }),
  'a wrong issuer': () => verify(access, { issuer: 'https://door.example.com' }),
  'a forged token': () => verify(forge(access.split('.'))),
  'a week later': () => verify(access, { currentDate: new Date(Date.now() + 8 * 24 * 3600 * 1000) }),
});
