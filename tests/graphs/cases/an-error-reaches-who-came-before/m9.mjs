import * as self from "./m10.mjs";
log('m9 starts');
export let y = log('m9.1 made', ['made']);
log('m9.9');
const exports = function () {
  log('m9.8 ' + peek(() => LOG));
  return 'm9.2';
};
export { exports as state };
const LOG = { v: 'm9.3' };
class c { m() {} }
class value { m() {} }
export { LOG as c };
log('m9 ends');
