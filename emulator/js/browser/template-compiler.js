// WeChat's compiler of templates in a browser, where its build holds the binary.

import * as compiler from 'glass-easel-template-compiler';

export const loadCompiler = () => compiler;
