export { y as name };
log('m12 starts');
let n = 0;
export async function f() {
}
export { n };
function b() { [n] = [n + 1]; return n; }
later(f);
export { b as state };
log('m12.5');
export let get = 0;
log('m12.6');
function process() { get++; return get; }
log('m12.7');
export { process as b };
const y = { v: 'm12.1' };
let from = class { static x = 1; };
log('m12 ends');
