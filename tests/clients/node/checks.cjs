'use strict';
// Runs named checks one after another and prints one JSON object: what each one gave, or what the library raised.

/** Return what tells errors apart, without what differs from run to run: WeChat's rid, a host's port. */
function describe(error) {
  const message = error.message.replace(/,? (rid|hint): .*$/, '').replace(/127\.0\.0\.1:\d+/g, 'HOST');
  const body = error.response?.data ?? error.cause;
  return { raised: error.name, code: error.code, message, ...(body?.error ? { body } : {}) };
}

exports.run = async (checks) => {
  const found = {};
  for (const [name, check] of Object.entries(checks)) {
    try {
      found[name] = await check();
    } catch (error) {
      found[name] = describe(error);
    }
  }
  console.log(JSON.stringify(found));
};

/** Make a control call of the emulator that `mockdoor exec` started. */
exports.control = async (path, given) => {
  const method = given === undefined ? 'GET' : 'POST';
  const headers = { 'Content-Type': 'application/json' };
  const body = given === undefined ? undefined : JSON.stringify(given);
  const reply = await fetch(`${process.env.MOCKDOOR_URL}/_emulator/${path}`, { method, headers, body });
  return reply.json();
};

/** Return how often an operation was called. */
exports.called = async (operation) => {
  const { exchanges } = await exports.control('journal');
  return exchanges.filter((one) => one.operation === operation).length;
};

/** Log in as the mini program does; returns the access token and the refresh token, whatever the profile. */
exports.login = async (code) => {
  const { CASDOOR_ENDPOINT: url, CASDOOR_CLIENT_ID: client_id } = process.env;
  const body = new URLSearchParams({ tag: 'wechat_miniprogram', client_id, code, username: code });
  const reply = await (await fetch(`${url}/api/login/oauth/access_token`, { method: 'POST', body })).json();
  return { access: reply.access_token ?? reply.accessToken, refresh: reply.refresh_token ?? reply.refreshToken };
};
