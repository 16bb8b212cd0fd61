// Temporary files: what is chosen, downloaded and uploaded. They live as long as their `wx`.

const USER_DATA = 'http://usr'; // as DevTools writes it; phones write wxfile://usr
const PICTURE_SIDE = 132;
const ENDINGS = {
  'image/png': 'png', 'image/jpeg': 'jpg', 'image/gif': 'gif', 'image/webp': 'webp', 'image/svg+xml': 'svg',
  'video/mp4': 'mp4', 'text/plain': 'txt', 'application/json': 'json', 'application/pdf': 'pdf',
};

/** Keep a file and return its path, in DevTools' form: an address that no server can fetch. */
function keepFile(context, blob, path) {
  const ending = ENDINGS[blob.type.split(';')[0]];
  context.fileCount += 1;
  const place = path ?? `http://tmp/${context.fileCount}${ending ? `.${ending}` : ''}`;
  context.files.set(place, blob);
  return place;
}

/** Turn a Blob, bytes, a `blob:` or `data:` address or a kept file's path into a Blob. */
async function blobOf(context, given) {
  if (typeof given === 'string') return readFile(context, given);
  return given instanceof Blob ? given : new Blob([given]);
}

async function readFile(context, filePath) {
  const kept = context.files.get(filePath);
  if (kept) return kept;
  try {
    if (/^http:\/\/(tmp|usr)\//.test(filePath)) throw new Error('no such file');
    return await (await context.fetch(filePath)).blob();
  } catch {
    throw new Failure(`file not found: ${filePath}; choose or download one, or give a blob: or data: address`);
  }
}

async function chosen(context, api, argument) {
  await needPrivacy(context, api);
  const answer = await context.ui.choose?.(api, withoutCallbacks(argument)) ?? [await ownPicture(context)];
  if (answer === false) throw new Failure('cancel');
  const blobs = await Promise.all([answer].flat().slice(0, argument.count ?? 9).map((one) => blobOf(context, one)));
  return Promise.all(blobs.map(async (blob) => ({ blob, path: keepFile(context, blob), ...await sizesOf(blob) })));
}

async function chooseMedia(context, argument) {
  const files = await chosen(context, 'chooseMedia', argument);
  const tempFiles = files.map(({ blob, path, width, height }) => ({
    tempFilePath: path, size: blob.size, width, height, fileType: kindOf(blob), duration: 0, thumbTempFilePath: '',
  }));
  const kinds = new Set(tempFiles.map((one) => one.fileType));
  return { tempFiles, type: kinds.size > 1 ? 'mix' : [...kinds][0] ?? 'image' };
}

async function chooseImage(context, argument) {
  const files = await chosen(context, 'chooseImage', argument);
  return {
    tempFilePaths: files.map((one) => one.path),
    tempFiles: files.map(({ blob, path }) => ({ path, size: blob.size })),
  };
}

function kindOf(blob) {
  return blob.type.startsWith('video/') ? 'video' : 'image';
}

/** Width and height as a PNG states them; 0 for other files, which are not looked into. */
async function sizesOf(blob) {
  const head = new DataView(await blob.slice(0, 24).arrayBuffer());
  if (head.byteLength < 24 || head.getUint32(0) !== 0x89504e47) return { width: 0, height: 0 };
  return { width: head.getUint32(16), height: head.getUint32(20) };
}

async function downloadFile(context, argument, task) {
  const url = checkedUrl(context, argument);
  const headers = requestHeaders(context, argument.header);
  const { response, body } = await exchange(context, task, argument, url.href, { headers });
  const type = response.headers.get('content-type') ?? '';
  const path = keepFile(context, new Blob([body], { type }), argument.filePath);
  const place = argument.filePath ? { filePath: path } : { tempFilePath: path };
  return { ...place, statusCode: response.status, header: described(response).header };
}

async function uploadFile(context, argument, task) {
  const url = checkedUrl(context, argument);
  needText(argument, 'filePath');
  needText(argument, 'name');
  const form = new FormData();
  for (const [name, value] of Object.entries(argument.formData ?? {})) form.append(name, String(value));
  form.append(argument.name, await readFile(context, argument.filePath), nameOf(context, argument.filePath));
  // Made here, because only then its size is known.
  const encodedForm = new Response(form);
  const type = encodedForm.headers.get('content-type');
  const body = await encodedForm.arrayBuffer();
  const headers = { ...requestHeaders(context, argument.header), 'content-type': type };
  task.sends = body.byteLength;
  const reply = await exchange(context, task, argument, url.href, { method: 'POST', headers, body });
  return { data: textOf(reply.body), ...described(reply.response) };
}

/** The last part of a kept file's path; a `data:` or `blob:` address has no name. */
function nameOf(context, path) {
  return (context.files.has(path) && path.split('/').pop()) || 'file';
}

/** Draw somebody's picture: a PNG in one colour, which depends on the persona's name. */
async function ownPicture(context) {
  const name = context.persona ?? '';
  const hash = [...name].reduce((sum, letter) => (sum * 31 + letter.codePointAt(0)) >>> 0, 7);
  const colour = [hash, hash >>> 8, hash >>> 16].map((part) => part & 0xff);
  const row = [0, ...Array.from({ length: PICTURE_SIDE }, () => colour).flat()];
  const rows = new Uint8Array(Array.from({ length: PICTURE_SIDE }, () => row).flat());
  const packed = new Response(new Blob([rows]).stream().pipeThrough(new CompressionStream('deflate')));
  const header = new Uint8Array([...bigEndian(PICTURE_SIDE), ...bigEndian(PICTURE_SIDE), 8, 2, 0, 0, 0]);
  const parts = [
    new Uint8Array([0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a]),
    pngChunk('IHDR', header),
    pngChunk('IDAT', new Uint8Array(await packed.arrayBuffer())),
    pngChunk('IEND', new Uint8Array()),
  ];
  return new Blob(parts, { type: 'image/png' });
}

function pngChunk(kind, data) {
  const named = new Uint8Array([...new TextEncoder().encode(kind), ...data]);
  return new Uint8Array([...bigEndian(data.length), ...named, ...bigEndian(crc32(named))]);
}

function bigEndian(number) {
  return [24, 16, 8, 0].map((shift) => (number >>> shift) & 0xff);
}

function crc32(bytes) {
  let crc = 0xffffffff;
  for (const byte of bytes) {
    crc ^= byte;
    for (let bit = 0; bit < 8; bit += 1) crc = (crc >>> 1) ^ (crc & 1 ? 0xedb88320 : 0);
  }
  return (crc ^ 0xffffffff) >>> 0;
}
