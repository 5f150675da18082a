export { Thing };
export { t as a };
log('m6 starts');
export default () => 'm6.1';
later(async () => {
  const e5 = await import("./m2.mjs").catch((error) => error);
  log('m6.5 ' + (typeof e5 === 'object' && Object.prototype.toString.call(e5) !== '[object Error]' && !Object(e5).thrown ? 'arrived' : describe(e5)));
  log('m6.6 ' + await import("./m2.mjs").then((ns) => ns === e5, (error) => error === e5));
  const ns7 = (await import("./m5.mjs")).Thing;
  log('m6.7 ' + show(ns7));
});
const Thing = log('m6.2 made', ['made']);
const t = { v: 'm6.3' };
const LOG = 1;
export { LOG as f };
class e { m() {} }
log('m6 ends');
