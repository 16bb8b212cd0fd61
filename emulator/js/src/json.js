// JSON files of mini programs, which may hold comments and trailing commas.

import { parse, printParseErrorCode } from 'jsonc-parser';

import { lineAt, Problem } from './problem.js';

/** @returns {object} the object in a file; throws Problem with its line when it holds none */
export function readJson(reader, path) {
  const text = reader.read(path);
  if (text === undefined) throw new Problem('there is no such file', path);
  const errors = [];
  const value = parse(text, errors, { allowTrailingComma: true });
  if (errors.length) {
    const [{ error, offset }] = errors;
    const words = printParseErrorCode(error).replace(/([a-z])([A-Z])/g, '$1 $2').toLowerCase();
    throw new Problem(`this is not JSON: ${words}`, path, lineAt(text, offset));
  }
  if (value === null || typeof value !== 'object' || Array.isArray(value)) {
    throw new Problem('expected an object, in braces', path, 1);
  }
  return value;
}

/** @returns {object} the object in a file, an empty one without the file */
export function readJsonIfThere(reader, path) {
  return reader.has(path) ? readJson(reader, path) : {};
}
