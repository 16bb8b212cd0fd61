import { load } from '../commonjs.js';

export const { transform } = load('sucrase');
