export * from "./m3.mjs";
import t from "./m6.mjs";
import $, { b as LOG } from "./m6.mjs";
log('m9 starts');
let as = true;
log('m9.6 ' + show(typeof t));
export class n { m() { return 'm9.3'; } }
let _ = 'm9.4';
export { _ as get };
export { t as Thing };
function require() {
  return 'm9.5';
}
export { require as name };
const b = /* @__PURE__ */ show(1);
const Symbol = { pure: [1, () => 2] };
log('m9.7 ' + show(LOG));
try { log('m9.10 ' + show(typeof $)); } catch (error) { log('m9.10 ' + describe(error)); }
const ns11 = await import("./m6.mjs").then((m) => m.default);
log('m9.11 ' + show(ns11));
later(async () => {
  const ns14 = await import("./m5.mjs");
  log('m9.15 ' + peek(() => Object.keys(ns14)));
  log('m9.17 ' + (ns14 === await import("./m5.mjs")));
});
log('m9 ends');
