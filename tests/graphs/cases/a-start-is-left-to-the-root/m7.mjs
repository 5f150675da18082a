log('m7 starts');
export { _ as default };
export * from "./m10.mjs";
import e from "./m8.mjs";
function _() {
  return 'm7.1';
}
function Thing() {
  return 'm7.2';
}
const name = /* @__PURE__ */ show(1);
const y = /* @__PURE__ */ show(1);
try { log('m7.3 ' + show((() => { const y = 1; return [y, e()]; })())); } catch (error) { log('m7.3 ' + describe(error)); }
log('m7.4 ' + show(typeof e));
export { e as class };
log('m7.6 ' + show(typeof t));
log('m7.7');
export { Thing };
log('m7 ends');
