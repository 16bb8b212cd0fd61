import { load } from '../commonjs.js';

const postcss = load('postcss');
export default postcss;
export const { parse, CssSyntaxError } = postcss;
