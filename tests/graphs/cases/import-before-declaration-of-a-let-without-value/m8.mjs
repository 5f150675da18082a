export { as as a };
export * as x from "./m8.mjs";
export { f as y, a as Thing } from "./m8.mjs";
log('m8 starts');
later(async () => {
  const ns3 = await import("./e0.mjs");
  log('m8.4 ' + (ns3 === await import("./e0.mjs")));
  const ns5 = await import("./e0.mjs");
  log('m8.6 ' + peek(() => Object.getPrototypeOf(ns5)));
});
log('m8.14');
await Promise.resolve(); log('m8.8');
export function f() {
  return 'm8.1';
}
let as;
for (let i = 0; i < 4; i++) { await 0; log('m8.9 ' + i); }
log('m8.15');
function state() { return log('never'); }
log('m8.13 ' + show(typeof exports));
log('m8.16');
as = ['m8.2 late'];
log('m8 ends');
