export { value };
export { LOG as y };
import $ from "./m16.mjs";
log('m14 starts');
let value;
let LOG = [].length;
function n() { LOG = LOG + 1; return LOG; }
export { n as class };
function e() {
  log('m14.5 ' + peek(() => LOG));
  return 'm14.2';
}
function module() {
  return 'm14.3';
}
export { module as b };
const name = /* @__PURE__ */ show(1);
let y = class { static x = 1; };
log('m14 ends');
