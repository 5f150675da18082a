export { b as default };
import "./e1.mjs";
log('m16 starts');
const { p: require = 2, ...restrequire } = { q: 'm16.1' };
var as = ['m16.2'];
log('m16.14');
export { as as n };
let b = log('m16.3 made', ['made']);
log('m16.13 ' + show(typeof a));
let f = log('m16.4 made', ['made']);
log('m16.15');
export { f };
let module = class { static x = 1; };
function get() { return log('never'); }
log('m16 ends');
