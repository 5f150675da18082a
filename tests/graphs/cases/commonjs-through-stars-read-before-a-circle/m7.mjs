import "./m7.mjs";
import { get as init } from "./e1.mjs";
log('m7 starts');
try { log('m7.2 ' + show(typeof init)); } catch (error) { log('m7.2 ' + describe(error)); }
log('m7.10');
var c = ['m7.1'];
log('m7.11');
log('m7.12');
let g = class { static x = 1; };
for await (const v of [1, 2]) log('m7.9 ' + v);
log('m7 ends');
