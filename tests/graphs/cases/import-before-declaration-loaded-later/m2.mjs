import { b as from } from "./m2.mjs";
log('m2.2 ' + peek(() => from()));
let global = [].length;
function a() { for (global of [global + 1]); return global; }
export { a as b };
