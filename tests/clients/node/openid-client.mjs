// openid-client, as it comes from npm. The parameter `tag` makes the code that WeChat gives one that Casdoor takes.
import * as client from 'openid-client';
import checks from './checks.cjs';

const { CASDOOR_ENDPOINT: url, CASDOOR_CLIENT_ID: id, CASDOOR_CLIENT_SECRET: secret } = process.env;
const BACK = 'https://example.com/back';
const TAG = { tag: 'wechat_miniprogram', username: 'alice' };
const options = { execute: [client.allowInsecureRequests] };
const config = await client.discovery(new URL(url), id, secret, undefined, options);
const pkceCodeVerifier = 'v'.repeat(43);
const expected = { pkceCodeVerifier, expectedState: 'st' };
const come = (code, further) =>
  client.authorizationCodeGrant(config, new URL(`${BACK}?code=${code}&state=st`), expected, further);
const told = ({ owner, name, tokenType }) => ({ owner, name, tokenType });

checks.run({
  'discovery': () => {
    const { issuer, token_endpoint, userinfo_endpoint, jwks_uri, code_challenge_methods_supported } = config.serverMetadata();
    const urls = [issuer, token_endpoint, userinfo_endpoint, jwks_uri].map((one) => one.replace(url, 'URL'));
    return [...urls, code_challenge_methods_supported];
  },
  'where the person is sent': async () => {
    const code_challenge = await client.calculatePKCECodeChallenge(pkceCodeVerifier);
    const asked = { redirect_uri: BACK, scope: 'openid', state: 'st', code_challenge, code_challenge_method: 'S256' };
    const { pathname, searchParams } = client.buildAuthorizationUrl(config, asked);
    return [pathname, Object.fromEntries(searchParams)];
  },
  'a code with PKCE and the tag': async () => told((await come('alice', TAG)).claims()),
  'a code with PKCE': async () => told((await come('alice')).claims()),
  'userinfo': async () => {
    const tokens = await come('alice', TAG);
    const person = await client.fetchUserInfo(config, tokens.access_token, tokens.claims().sub);
    return { ...person, sub: person.sub === tokens.claims().sub, iss: person.iss.replace(url, 'URL') };
  },
  'a refresh': async () => {
    const first = await come('alice', TAG);
    const tokens = await client.refreshTokenGrant(config, first.refresh_token);
    return [told(tokens.claims()), tokens.access_token !== first.access_token];
  },
  'a refresh with a dead token': async () => {
    const first = await come('alice', TAG);
    await client.refreshTokenGrant(config, first.refresh_token);
    return client.refreshTokenGrant(config, first.refresh_token);
  },
  'introspection': async () => {
    const { access_token: token } = await come('alice', TAG);
    const { active, client_id, username } = await client.tokenIntrospection(config, token);
    return { active, client_id, username };
  },
});
