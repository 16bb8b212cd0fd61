// A second thread that says where the mini program loops, when a command takes longer than it may.

import fs from 'node:fs';
import inspector from 'node:inspector';
import { parentPort } from 'node:worker_threads';

/** Milliseconds beyond the limit: a command that waits answers by itself. */
const BEYOND = 300;
const ANSWERS = 1;
let timer;

parentPort.on('message', ({ id, limit }) => {
  clearTimeout(timer);
  if (limit) timer = setTimeout(look, limit + BEYOND, id);
});

function look(id) {
  const session = new inspector.Session();
  session.connectToMainThread();
  const files = new Map();
  session.on('Debugger.scriptParsed', ({ params }) => files.set(params.scriptId, params.url));
  session.on('Debugger.paused', ({ params }) => {
    const places = params.callFrames.map(({ functionName, location }) => ({ functionName, ...location, file: files.get(location.scriptId) }));
    write({ id, error: { message: said(places.find(({ file }) => isOwn(file))), stuck: true } });
    process.exit();
  });
  session.post('Debugger.enable');
  session.post('Debugger.pause');
}

/** The mini program's own files have relative names; the runtime's and Node's have none such. */
function isOwn(file) {
  return file && !/^(?:\/|file:|node:|evalmachine|[A-Za-z]:\\)/.test(file);
}

function said(place) {
  if (!place) return 'it is busy without an end';
  const name = place.functionName ? `${place.functionName} ` : '';
  return `${name}loops without an end, at ${place.file}:${place.lineNumber + 1}`;
}

function write(answered) {
  fs.writeSync(ANSWERS, `${JSON.stringify(answered)}\n`);
}
