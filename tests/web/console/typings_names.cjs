/** Prints the names of WeChat's `wx` as miniprogram-api-typings declares them: {name: whether it is a function}. */
'use strict';

const { join } = require('node:path');
const ts = require('typescript');

const root = join(process.cwd(), 'node_modules/miniprogram-api-typings/index.d.ts');
const program = ts.createProgram([root], { lib: ['lib.es2022.d.ts'], types: [] });
const checker = program.getTypeChecker();
const names = {};
for (const file of program.getSourceFiles()) ts.forEachChild(file, (node) => {
  if (!ts.isModuleDeclaration(node) || node.name.text !== 'WechatMiniprogram' || !node.body.statements) return;
  for (const inner of node.body.statements) {
    if (!ts.isInterfaceDeclaration(inner) || inner.name.text !== 'Wx') continue;
    for (const each of checker.getTypeAtLocation(inner).getProperties()) {
      names[each.name] = checker.getTypeOfSymbolAtLocation(each, inner).getCallSignatures().length > 0;
    }
  }
});
console.log(JSON.stringify(names));
