// node load.cjs esm|cjs|script FILE: loads a built file as pages and programs would.
const { readFileSync } = require('node:fs');
const { pathToFileURL } = require('node:url');
const vm = require('node:vm');
const [how, file] = process.argv.slice(2);

process.argv.splice(1, 3, file);
const load = {
  esm: () => import(pathToFileURL(file).href),
  cjs: () => require(file),
  script: () => {
    globalThis.require = require;
    const importModuleDynamically = vm.constants.USE_MAIN_CONTEXT_DEFAULT_LOADER;
    vm.runInThisContext(readFileSync(file, 'utf8'), { filename: file, importModuleDynamically });
  },
};
Promise.resolve(load[how]()).catch((error) => {
  console.error(error);
  process.exitCode = 1;
});
