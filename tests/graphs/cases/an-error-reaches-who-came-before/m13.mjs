export { a as n };
export { self as name };
log('m13 starts');
export default function () { return 'm13.1'; }
log('m13.9');
const a = { v: 'm13.2' };
function b() {
  const y = 0;
  log('m13.4 ' + peek(() => self));
  return 'm13.3';
}
let self = 0;
function LOG() { [self] = [self + 1]; return self; }
export { LOG as a };
boom('m13 fails');
log('m13.8 ' + show(typeof require));
log('m13 ends');
