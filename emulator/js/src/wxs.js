// What scripts of WXML (wxs) have for globals, and how their code is made to meet the compiler.

const CONSTRUCTOR = /([A-Za-z_$][\w$]*(?:\.[A-Za-z_$][\w$]*)*)\.constructor\b/g;
const REQUIRED = /\brequire\(\s*["']([^"']+)["']\s*\)/g;

/** Evaluated around all scripts of a template, in the realm. */
const GLOBALS = `
  var getRegExp = function (pattern, flags) { return new RegExp(pattern, flags); };
  var getDate = function (a, b, c, d, e, f, g) {
    if (arguments.length > 1) return new Date(a, b, c || 1, d || 0, e || 0, f || 0, g || 0);
    return arguments.length ? new Date(a) : new Date();
  };
  var constructorOf = function (value) {
    return value === undefined || value === null ? undefined : Object.prototype.toString.call(value).slice(8, -1);
  };`;

/** @returns {string} the code of scripts as an expression that has their globals */
export function withGlobals(code) {
  return `(function () {${GLOBALS.replace(/\n\s*/g, ' ')} return (${code}); })()`;
}

/**
 * @returns {string} a script as the compiler wants it: modules are named without their ending, and `x.constructor` is
 *   a text, as at WeChat, where `value.constructor === 'Array'` is how a script asks for a kind
 */
export function scriptText(text) {
  const named = text.replace(REQUIRED, (call, name) => call.replace(name, name.replace(/\.wxs$/, '')));
  return named.replace(CONSTRUCTOR, 'constructorOf($1)');
}
