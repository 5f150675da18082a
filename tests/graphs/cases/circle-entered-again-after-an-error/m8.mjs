log('m8 starts');
export { LOG as value };
export * from "./m2.mjs";
export default function () { return 'm8.1'; }
log('m8.10');
let as = [].length;
export let Thing;
function LOG() {
  return 'm8.3';
}
log('m8.11');
