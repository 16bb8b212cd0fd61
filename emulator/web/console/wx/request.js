// Requests and uploads, encoded and answered by WeChat's rules.

const MAX_REQUESTS = 10;

/** Run `work` as soon as fewer than ten requests are under way. */
async function queued(context, work) {
  if (context.running >= MAX_REQUESTS) await new Promise((resolve) => { context.waiting.push(resolve); });
  else context.running += 1;
  try {
    return await work();
  } finally {
    const next = context.waiting.shift();
    if (next) next(); // inherits this one's place
    else context.running -= 1;
  }
}

async function request(context, argument, task) {
  const method = (argument.method ?? 'GET').toUpperCase();
  const headers = requestHeaders(context, argument.header);
  const { url, body } = encoded(method, checkedUrl(context, argument), argument.data, headers['content-type']);
  const binary = argument.responseType === 'arraybuffer';
  const reply = await exchange(context, task, argument, url, { method, headers, body });
  const asItIs = binary || (argument.dataType ?? 'json') !== 'json';
  return { data: asItIs ? reply.body : parsed(reply.body), ...described(reply.response) };
}

async function uploadFile(context, argument, task) {
  const url = checkedUrl(context, argument);
  needText(argument, 'filePath');
  needText(argument, 'name');
  const form = new FormData();
  for (const [name, value] of Object.entries(argument.formData ?? {})) form.append(name, String(value));
  form.append(argument.name, await readFile(context, argument.filePath), 'file');
  const headers = requestHeaders(context, argument.header);
  delete headers['content-type']; // fetch writes it, with the boundary
  const reply = await exchange(context, task, argument, url.href, { method: 'POST', headers, body: form });
  return { data: reply.body, ...described(reply.response) };
}

/** A mini program's file is a `blob:` or `data:` address here, as there is no WeChat file system. */
async function readFile(context, filePath) {
  try {
    return await (await context.fetch(filePath)).blob();
  } catch {
    throw new Failure(`file not found: ${filePath}; give a blob: or data: address`);
  }
}

/** Fetch and read a reply, or throw the Failure of an abort, a timeout or a broken connection. */
async function exchange(context, task, { timeout = 60000, responseType }, url, init) {
  const timer = setTimeout(() => task.abort(new Failure('timeout', 5)), timeout); // assumed errno
  try {
    task.signal.throwIfAborted();
    // WeChat keeps neither cookies nor cached replies between requests.
    const sent = { ...init, signal: task.signal, credentials: 'omit', cache: 'no-store' };
    const response = await context.fetch(url, sent);
    return { response, body: await (responseType === 'arraybuffer' ? response.arrayBuffer() : response.text()) };
  } catch (error) {
    if (task.signal.reason instanceof Failure) throw task.signal.reason;
    const why = error.cause?.message || error.cause?.code || error.message;
    throw new Failure(`${url} cannot be reached: ${why}`, 600001); // assumed
  } finally {
    clearTimeout(timer);
  }
}

/** @returns {URL} the address, when it is one and its domain is legal */
function checkedUrl(context, argument) {
  needText(argument, 'url');
  let url;
  try {
    url = new URL(argument.url);
  } catch {
    throw new Failure(`invalid url "${argument.url}"`, 600009); // assumed
  }
  if (!/^https?:$/.test(url.protocol)) throw new Failure(`invalid url "${argument.url}"`, 600009);
  if (!context.domains || isLegal(url, context.domains)) return url;
  throw new Failure(`url not in domain list:${url.host}`, 600002);
}

function isLegal(url, domains) {
  const name = url.hostname;
  if (/^(10|192\.168|172\.(1[6-9]|2\d|3[01]))\.[\d.]+$/.test(name)) return true; // addresses of a LAN are excepted
  if (/^[\d.]+$|^\[|^localhost$|^api\.weixin\.qq\.com$/.test(name)) return false;
  return url.protocol === 'https:' && domains.some((each) => each.replace(/^https:\/\/|\/$/g, '') === url.host);
}

/** The caller's headers in lower case, so that each is there once. */
function requestHeaders(context, given = {}) {
  const headers = { 'content-type': 'application/json' };
  for (const [name, value] of Object.entries(given)) headers[name.toLowerCase()] = String(value);
  delete headers.referer; // a mini program cannot set it; neither can a page
  if (!inBrowser) headers.referer = `https://servicewechat.com/${context.currentAppid()}/devtools/page-frame.html`;
  return headers;
}

/** Encode `data` by WeChat's rules: GET takes it into the query, else the content type decides. */
function encoded(method, url, data, contentType) {
  if (data === undefined || data === null) return { url: url.href };
  const isObject = typeof data === 'object' && !(data instanceof ArrayBuffer);
  if (method === 'GET' || method === 'HEAD') {
    const query = isObject ? formText(data) : String(data);
    if (query) url.search += `${url.search ? '&' : ''}${query}`;
    return { url: url.href };
  }
  if (!isObject) return { url: url.href, body: data instanceof ArrayBuffer ? data : String(data) };
  const isForm = contentType.toLowerCase().startsWith('application/x-www-form-urlencoded');
  return { url: url.href, body: isForm ? formText(data) : JSON.stringify(data) };
}

/** A nested object becomes `[object Object]` (assumed). */
function formText(data) {
  return Object.entries(data).map((pair) => pair.map(encodeURIComponent).join('=')).join('&');
}

function described(response) {
  const header = {};
  for (const [name, value] of response.headers) {
    // fetch lowers the names; servers write Content-Type, and WeChat hands on what they write.
    header[name.replace(/(^|-)[a-z]/g, (start) => start.toUpperCase())] = value;
  }
  return { statusCode: response.status, header, cookies: response.headers.getSetCookie?.() ?? [] };
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return text;
  }
}
