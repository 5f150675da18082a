log('m12 starts');
import * as g from "./m1.mjs";
log('m12.3 ' + peek(() => typeof g.get));
function get() {
  return 'm12.1';
}
later(async () => {
});
export { get as Thing };
export var f = ['m12.2'];
log('m12.7 ' + show(typeof a));
log('m12 ends');
