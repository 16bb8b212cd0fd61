// Errors and warnings of WeChat's component core: kept with the mini program's, not thrown at Node's console.

/** The core throws handlers' errors at the console; here they are kept as errors. */
export function quietCore(app) {
  const { glassEasel } = app.core;
  glassEasel.globalOptions.throwGlobalError = false;
  glassEasel.addGlobalErrorListener?.((error, { element, methodName } = {}) => {
    app.report(error, `${element?.is ?? ''} ${methodName ?? ''}`.trim());
    return false;
  });
  glassEasel.addGlobalWarningListener?.((message) => {
    app.output.push({ level: 'warn', text: String(message) });
    return false;
  });
}
