import { load } from '../commonjs.js';

export const { parse, parseTree, printParseErrorCode, stripComments } = load('jsonc-parser');
