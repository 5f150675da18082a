log('m10 starts');
import "./m14.mjs";
log('m10.8');
export function f() {
  log('m10.4 ' + peek(() => Thing));
  return 'm10.1';
}
function global() {
  return 'm10.2';
}
log('m10.9');
export const Thing = { v: 'm10.3' };
log('m10.6 ' + show(typeof as));
log('m10 ends');
