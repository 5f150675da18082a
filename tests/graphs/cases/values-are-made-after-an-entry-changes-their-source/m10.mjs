import "./m11.mjs";
log('m10.8 ' + show(typeof this));
const x = { v: 'm10.3' };
export { x };
let self = class { static x = 1; };
log('m10.9');
function b() { return log('never'); }
log('m10 ends');
