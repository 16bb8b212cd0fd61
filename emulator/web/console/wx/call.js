// How a function is called: callbacks, promises, tasks, refusals and the listener.

/** What the tasks of these functions let one hear besides the result. */
const TASKS = {
  request: ['HeadersReceived', 'ChunkReceived'],
  uploadFile: ['HeadersReceived', 'ProgressUpdate'],
  downloadFile: ['HeadersReceived', 'ProgressUpdate'],
};

/** A refusal in WeChat's form: `errMsg` becomes `NAME:fail REASON`; `errno` is added where there is one. */
class Failure extends Error {
  constructor(reason, errno, more = {}) {
    super(reason);
    this.result = errno === undefined ? more : { errno, ...more };
  }
}

/** Give `work(argument, task)` WeChat's outside: success or fail, then complete; without all three a Promise. */
function asynchronous(context, name, work) {
  return (argument = {}) => {
    const task = createTask(context, name);
    const shown = withoutCallbacks(argument);
    context.pending += 1;
    notify(context, { api: name, phase: 'call', argument: shown });
    const outcome = Promise.resolve()
      .then(() => work(argument, task))
      .then((result) => ({ phase: 'success', result: { ...result, errMsg: `${name}:ok` } }))
      .catch((error) => ({ phase: 'fail', result: refusal(context, name, error) }));
    const done = outcome.then(({ phase, result }) => {
      notify(context, { api: name, phase, argument: shown, result });
      guard(context, `${name} ${phase}`, argument[phase], result);
      guard(context, `${name} complete`, argument.complete, result);
      context.pending -= 1;
      return { phase, result };
    });
    if (name in TASKS) return task.outside;
    if (argument.success || argument.fail || argument.complete) return undefined;
    return done.then(({ phase, result }) => {
      if (phase === 'success') return result;
      // An Error, because Node prints a rejected plain object as '#<Object>'.
      throw Object.assign(new Error(result.errMsg), result);
    });
  };
}

/** Let the listener see a call that returns its value or throws. */
function synchronous(context, name, work) {
  return (...given) => {
    const argument = given.length > 1 ? given : given[0];
    notify(context, { api: name, phase: 'call', argument });
    try {
      const result = work(...given);
      notify(context, { api: name, phase: 'success', argument, result });
      return result;
    } catch (error) {
      const result = refusal(context, name, error);
      notify(context, { api: name, phase: 'fail', argument, result });
      throw Object.assign(new Error(result.errMsg), result);
    }
  };
}

function refusal(context, name, error) {
  if (!(error instanceof Failure)) report(context, error, name);
  return { errMsg: `${name}:fail ${error.message}`, ...error.result };
}

/** @returns {object} `tell(kind, result)` for those who work on the task, `outside` for the mini program */
function createTask(context, name) {
  const controller = new AbortController();
  const outside = { abort: () => controller.abort(new Failure('abort')) };
  const heard = {};
  for (const kind of TASKS[name] ?? []) {
    heard[kind] = createListeners(context, `${name} on${kind}`);
    outside[`on${kind}`] = heard[kind].add;
    outside[`off${kind}`] = heard[kind].remove;
  }
  return {
    signal: controller.signal,
    abort: (reason) => controller.abort(reason),
    tell: (kind, result) => heard[kind]?.tell(result),
    outside,
  };
}

function withoutCallbacks({ success, fail, complete, ...argument }) {
  return argument;
}

function notify(context, event) {
  guard(context, 'listener', context.listener, event);
}

/** Call a mini program's function; whatever it throws is reported, now or when its promise is rejected. */
function guard(context, where, callback, ...given) {
  if (typeof callback !== 'function') return undefined;
  try {
    const result = callback(...given);
    if (typeof result?.then !== 'function') return result;
    return result.then((value) => value, (error) => report(context, error, where));
  } catch (error) {
    return report(context, error, where);
  }
}

/** Hand an error to ui.error; without the hook throw it where nothing can swallow it. */
function report(context, error, where) {
  if (context.ui.error) context.ui.error(error, where);
  else setTimeout(() => { throw error; });
}
