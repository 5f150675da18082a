export { f as get } from "./m6.mjs";
log('m14 starts');
function n() {
  log('m14.4 ' + peek(() => g));
  return 'm14.1';
}
export { n };
function as() {
  return 'm14.2';
}
async function e() {
}
later(() => e());
export { as as c };
const { p: g = 2, ...restg } = { q: 'm14.3' };
let b = class { static x = 1; };
class state { m() {} }
log('m14 ends');
