export { Thing };
log('m13 starts');
export default log('m13.1 default', { d: 1 });
function Thing() {
  log('m13.4 ' + peek(() => t));
  return 'm13.2';
}
const t = { v: 'm13.3' };
later(async () => {
  const ns5 = await import("./m7.cjs");
  log('m13.6 ' + (ns5 === await import("./m7.cjs")));
  const e8 = await import("./m4.mjs").catch((error) => error);
  log('m13.8 ' + (typeof e8 === 'object' && Object.prototype.toString.call(e8) !== '[object Error]' && !Object(e8).thrown ? 'arrived' : describe(e8)));
  log('m13.9 ' + await import("./m4.mjs").then((ns) => ns === e8, (error) => error === e8));
});
const state = { pure: [1, () => 2] };
log('m13.10 ' + show(typeof f));
export { t as n };
log('m13 ends');
