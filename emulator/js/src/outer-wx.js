// The emulator's `wx` behind a mini program: who answers for the user, and who hears of its calls.

const PICTURE = Uint8Array.from([137, 80, 78, 71, 13, 10, 26, 10]);

/**
 * @param {object} app the running mini program: what is shown, answers, errors and notes go there
 * @param {object} options further ones for createWx
 * @returns {object} the emulator's wx for it
 */
export function createOuterWx(app, { base, persona, scene, ...more }) {
  app.pending = 0;
  const ui = {
    toast: (argument) => { app.shown.toast = argument?.title ?? null; },
    loading: (argument) => { app.shown.loading = argument?.title ?? null; },
    modal: (argument) => {
      app.shown.modal = argument;
      return app.answers.modal?.(argument) ?? true;
    },
    actionSheet: (argument) => {
      app.shown.actionSheet = argument;
      return app.answers.actionSheet?.(argument) ?? 0;
    },
    allow: (api, argument) => app.answers.allow?.(api, argument) ?? true,
    choose: (api, argument) => app.answers.choose?.(api, argument) ?? [new Blob([PICTURE], { type: 'image/png' })],
    navigate: ({ api, path, query, delta }) => app.move(api, path, query, delta),
    error: (error, where) => app.report(error, `wx.${where}`),
    ...more.ui,
  };
  const listener = (event) => {
    app.pending += event.phase === 'call' ? 1 : -1;
    const status = event.api === 'request' && event.result?.statusCode;
    if (status >= 400) app.note('request-status', { url: event.argument.url, status });
    more.listener?.(event);
  };
  return app.played.createWx({
    ...more, base, persona, appid: more.appid ?? (app.project.appid || undefined), launch: { scene, ...more.launch }, ui, listener,
  });
}
