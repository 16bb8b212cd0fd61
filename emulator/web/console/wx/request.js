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
  const reply = await exchange(context, task, argument, url, { method, headers, body });
  return { data: requestData(argument, reply.body), ...described(reply.response) };
}

function requestData({ enableChunked, responseType, dataType = 'json' }, body) {
  if (enableChunked) return ''; // its chunks were all there is (assumed)
  if (responseType === 'arraybuffer') return body;
  return dataType === 'json' ? parsed(textOf(body)) : textOf(body);
}

function textOf(body) {
  return new TextDecoder().decode(body);
}

/** Fetch and read a reply, or throw the Failure of an abort, a timeout or a broken connection. */
async function exchange(context, task, { timeout = 60000, enableChunked }, url, init) {
  const timer = setTimeout(() => task.abort(new Failure('timeout', 5)), timeout); // assumed errno
  try {
    task.signal.throwIfAborted();
    // WeChat keeps neither cookies nor cached replies between requests.
    const sent = { ...init, signal: task.signal, credentials: 'omit', cache: 'no-store' };
    const response = await context.fetch(url, sent);
    // fetch does not say how far it is; that a reply begins means that all was sent.
    if (task.sends) task.tell('ProgressUpdate', progress('Sent', task.sends, task.sends));
    task.tell('HeadersReceived', described(response));
    return { response, body: await received(response, task, enableChunked) };
  } catch (error) {
    if (task.signal.reason instanceof Failure) throw task.signal.reason;
    const why = error.cause?.message || error.cause?.code || error.message;
    throw new Failure(`${url} cannot be reached: ${why}`, 600001); // assumed
  } finally {
    clearTimeout(timer);
  }
}

/** Read a reply's body piece by piece, so that a task can tell of each. */
async function received(response, task, enableChunked) {
  const expected = Number(response.headers.get('content-length') ?? 0);
  const chunks = [];
  let size = 0;
  for (const reader = response.body?.getReader(); reader;) {
    const { done, value } = await reader.read();
    if (done) break;
    chunks.push(value);
    size += value.length;
    if (enableChunked) task.tell('ChunkReceived', { data: value.slice().buffer });
    if (!task.sends) task.tell('ProgressUpdate', progress('Written', size, expected));
  }
  return new Blob(chunks).arrayBuffer();
}

/** `totalBytesSent`, `totalBytesExpectedToSend` and their like; a length that is not known is 0 (assumed). */
function progress(verb, done, expected) {
  const infinitive = { Sent: 'Send', Written: 'Write' }[verb];
  return {
    progress: expected ? Math.min(100, Math.floor((done / expected) * 100)) : 0,
    [`totalBytes${verb}`]: done,
    [`totalBytesExpectedTo${infinitive}`]: expected,
  };
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
