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
  session.on('Debugger.paused', ({ params }) => {
    const place = params.callFrames.find(({ url }) => isOwn(url));
    write({ id, error: { message: said(place), stuck: true } });
    process.exit();
  });
  session.post('Debugger.enable');
  session.post('Debugger.pause');
}

/** The mini program's own files have relative names; the runtime's and Node's have none such. */
function isOwn(url) {
  return url && !/^(?:\/|file:|node:|evalmachine|[A-Za-z]:\\)/.test(url);
}

function said(place) {
  if (!place) return 'it is busy without an end';
  const name = place.functionName ? `${place.functionName} ` : '';
  return `${name}loops without an end, at ${place.url}:${place.location.lineNumber + 1}`;
}

function write(answered) {
  fs.writeSync(ANSWERS, `${JSON.stringify(answered)}\n`);
}
