export { e as Thing };
export { _ as value };
import "./m1.mjs";
import * as Promise from "./m1.mjs";
log('m7 starts');
later(async () => {
  const ns4 = await import("./m6.mjs");
  log('m7.5 ' + peek(() => Object.hasOwn(ns4, 'default')));
  const e6 = await import("./m2.mjs").catch((error) => error);
  log('m7.6 ' + (typeof e6 === 'object' && Object.prototype.toString.call(e6) !== '[object Error]' && !Object(e6).thrown ? 'arrived' : describe(e6)));
  log('m7.7 ' + await import("./m2.mjs").then((ns) => ns === e6, (error) => error === e6));
  try { await import("./m2.mjs"); log('m7.8'); } catch (error) { log('m7.9 ' + describe(error)); }
});
log('m7.12');
class e { m() { return 'm7.2'; } static s = log('m7.1 static', 1); }
const _ = { v: 'm7.3' };
log('m7.11 ' + show(typeof this));
log('m7 ends');
