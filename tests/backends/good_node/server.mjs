// A good login backend of Node alone: http.createServer, the global fetch with a time limit, a bearer token.

import { createServer } from "node:http";
import { randomBytes } from "node:crypto";
import { setTimeout as sleep } from "node:timers/promises";

const { WECHAT_API_BASE: BASE, WECHAT_APPID: APPID, WECHAT_SECRET: SECRET, PORT } = process.env;
const SEVEN_DAYS = 7 * 24 * 3600;
const LONGEST_BODY = 16 * 1024;
const users = new Map();
const sessions = new Map();
const exchanges = new Map();

class Failed extends Error {
  constructor(status, code) {
    super(code);
    this.status = status;
  }
}

async function askWechat(code) {
  const query = new URLSearchParams({
    appid: APPID, secret: SECRET, js_code: code, grant_type: "authorization_code",
  });
  const until = AbortSignal.timeout(4000);
  for (let tries = 1; ; tries += 1) {
    let body;
    try {
      const reply = await fetch(`${BASE}/sns/jscode2session?${query}`, { signal: until });
      body = JSON.parse(await reply.text());
    } catch (error) {
      console.error(`jscode2session: ${error.cause?.code ?? error.name}`);
      throw new Failed(503, "unavailable");
    }
    if (body?.errcode !== -1 || tries === 4) return body ?? {};
    await sleep(200 * 2 ** (tries - 1) + Math.random() * 100);
  }
}

async function openidOf(code) {
  const { errcode = 0, openid } = await askWechat(code);
  if (errcode === 40029 || errcode === 40163) throw new Failed(400, "code_invalid");
  if (errcode === 40226) throw new Failed(403, "account_blocked");
  if (errcode !== 0 || typeof openid !== "string" || !openid) {
    console.error(`jscode2session: errcode ${errcode}`);
    throw new Failed(503, "unavailable");
  }
  return openid;
}

// Taps that come together share one exchange.
function sharedOpenidOf(code) {
  if (!exchanges.has(code)) exchanges.set(code, openidOf(code).finally(() => exchanges.delete(code)));
  return exchanges.get(code);
}

async function readJson(request) {
  if (!/^application\/json\b/.test(request.headers["content-type"] ?? "")) throw new Failed(415, "json_please");
  const parts = [];
  let length = 0;
  for await (const part of request) {
    length += part.length;
    if (length > LONGEST_BODY) throw new Failed(413, "too_large");
    parts.push(part);
  }
  try {
    return JSON.parse(Buffer.concat(parts).toString("utf8")) ?? {};
  } catch {
    throw new Failed(400, "bad_json");
  }
}

function avatarOf(given) {
  return typeof given === "string" && given.startsWith("https://example.com/") ? given : null;
}

async function login(request) {
  const { code, profile } = await readJson(request);
  if (typeof code !== "string" || !/^[0-9A-Za-z_-]{8,128}$/.test(code)) throw new Failed(400, "bad_code");
  const name = profile?.name ?? "";
  // eslint-disable-next-line no-control-regex
  if (typeof name !== "string" || /[\u0000-\u001f<>{}"]/.test(name)) throw new Failed(422, "bad_name");
  const openid = await sharedOpenidOf(code);
  const user = users.get(openid) ?? { id: randomBytes(8).toString("hex") };
  Object.assign(user, { name: name.trim(), avatar: avatarOf(profile?.avatar) });
  users.set(openid, user);
  const token = randomBytes(24).toString("base64url");
  sessions.set(token, { user, until: Date.now() + SEVEN_DAYS * 1000 });
  return { access_token: token, expires_in: SEVEN_DAYS, user };
}

function tokenOf(request) {
  return /^Bearer (\S+)$/.exec(request.headers.authorization ?? "")?.[1] ?? "";
}

function me(request) {
  const found = sessions.get(tokenOf(request));
  if (!found || found.until < Date.now()) throw new Failed(401, "log_in_first");
  return { user: found.user };
}

function logout(request) {
  sessions.delete(tokenOf(request));
  return null;
}

const routes = { "POST /v1/sessions": login, "GET /v1/me": me, "DELETE /v1/sessions": logout };
const paths = new Set(Object.keys(routes).map((one) => one.split(" ")[1]));

async function answer(request) {
  const path = request.url.split("?")[0];
  const route = routes[`${request.method} ${path}`];
  if (!route) throw paths.has(path) ? new Failed(405, "method_not_allowed") : new Failed(404, "not_found");
  return route(request);
}

createServer(async (request, response) => {
  let status = 200;
  let body;
  try {
    body = await answer(request);
  } catch (error) {
    if (!(error instanceof Failed)) console.error(error.name);
    status = error.status ?? 500;
    body = { error: error instanceof Failed ? error.message : "internal" };
  }
  if (response.destroyed) return;
  response.writeHead(status, { "Content-Type": "application/json; charset=utf-8", "Cache-Control": "no-store" });
  response.end(JSON.stringify(body));
}).listen(Number(PORT), "127.0.0.1");
