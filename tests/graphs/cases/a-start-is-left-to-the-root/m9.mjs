export { LOG as a };
import Thing, { c } from "./m13.cjs";
import t, { c as f } from "./m13.cjs";
log('m9 starts');
export default () => 'm9.1';
var from = ['m9.2'];
log('m9.21');
import * as name from "./m10.mjs";
export { from as x };
Object(c).v += 'm9.11';
const LOG = { v: 'm9.3' };
log('m9.12 ' + peek(() => ({ c })));
const as = () => {
  return 'm9.4';
};
log('m9.22');
export { as as n };
let a = true;
log('m9.23');
export { a as y };
let $ = class { static x = 1; };
log('m9.24');
try { log('m9.13 ' + show(c)); } catch (error) { log('m9.13 ' + describe(error)); }
log('m9.14 ' + peek(() => (() => { const x = 1; return [x, c]; })()));
log('m9.25');
try { log('m9.15 ' + show(typeof Thing.f)); } catch (error) { log('m9.15 ' + describe(error)); }
log('m9.16 ' + show(f));
log('m9.17 ' + peek(() => f));
log('m9.18 ' + show(typeof g));
log('m9.19 ' + show(typeof g));
log('m9.20 ' + show(typeof state));
log('m9 ends');
