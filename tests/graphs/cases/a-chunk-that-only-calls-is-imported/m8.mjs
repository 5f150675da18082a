log('m8 starts');
const from = () => {
  return 'm8.1';
};
throw new Error('m8 fails');
async function e() {
  const e3 = await import("./m3.mjs").catch((error) => error);
  log('m8.3 ' + (typeof e3 === 'object' && Object.prototype.toString.call(e3) !== '[object Error]' && !Object(e3).thrown ? 'arrived' : describe(e3)));
  log('m8.4 ' + await import("./m3.mjs").then((ns) => ns === e3, (error) => error === e3));
  try { await import("./m3.mjs"); log('m8.5'); } catch (error) { log('m8.6 ' + describe(error)); }
}
later(() => e());
log('m8.10');
log('m8.7 ' + show(typeof window));
log('m8.8 ' + show(typeof state));
function $() {
  return 'm8.2';
}
const t = /* @__PURE__ */ show(1);
log('m8.9 ' + show(typeof undeclared));
let get = class { static x = 1; };
log('m8 ends');
