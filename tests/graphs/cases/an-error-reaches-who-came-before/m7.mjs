import "./m10.mjs";
import { f as b, Thing as y } from "./m10.mjs";
log('m7 starts');
const { p: as = 2, ...restas } = { q: 'm7.1', p: [1] };
export { as as value };
function init() { return log('never'); }
class f { m() {} }
log('m7.11 ' + show(typeof name));
log('m7.12 ' + show(typeof t));
log('m7 ends');
