export { as as class };
export * as c from "./m13.mjs";
log('m8 starts');
const g = () => {
  return 'm8.1';
};
export { g as default };
function from() {
  return 'm8.2';
}
const as = null;
export let b;
const LOG = /* @__PURE__ */ show(1);
b = ['m8.4 late'];
export { from as get };
log('m8 ends');
