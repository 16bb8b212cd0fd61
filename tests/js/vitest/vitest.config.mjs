export default { test: { include: ['*.test.ts'], watch: false } };
