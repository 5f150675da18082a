log('m11 starts');
later(async () => {
  const ns8 = (await import("./m13.mjs")).default;
  log('m11.8 ' + show(ns8));
});
module.exports = { a: null, b: null, f() { return 'm11.7'; } };
log('m11.11 ' + show(typeof y));
log('m11.12 ' + show(typeof t));
log('m11 ends');
