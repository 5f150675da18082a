export { exports as n };
log('m13 starts');
class t { m() { return 'm13.2'; } }
later(async () => {
  const ns6 = await import("./e1.mjs");
  log('m13.7 ' + (ns6 === await import("./e1.mjs")));
  log('m13.8 ' + (ns6 === await import("./e1.mjs")));
  const ns9 = await import("./m10.mjs");
  log('m13.10 ' + peek(() => ns9));
  const ns11 = (await import("./e2.mjs")).c;
  log('m13.11 ' + show(ns11));
});
const exports = function () {
  log('m13.5 ' + peek(() => Thing));
  return 'm13.3';
};
log('m13.12 ' + show(typeof x));
const Thing = null;
class name { m() {} }
function state() { return log('never'); }
export { t as name };
log('m13 ends');
