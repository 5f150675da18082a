export * from "./m9.mjs";
export { a, y } from "./m9.mjs";
import "./m17.mjs";
import "./m11.cjs";
log('m6 starts');
log('m6.8');
log('m6.5 ' + show((function n() { { let n = 2; return [typeof n, Symbol()]; } })()));
import _, { get as process, Thing as Symbol } from "./m7.mjs";
