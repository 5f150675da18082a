import "./m1.mjs";
async function _() {
  const e7 = await import("./m2.mjs").catch((error) => error);
  log('m2.7 ' + (typeof e7 === 'object' && Object.prototype.toString.call(e7) !== '[object Error]' && !Object(e7).thrown ? 'arrived' : describe(e7)));
  log('m2.8 ' + await import("./m2.mjs").then((ns) => ns === e7, (error) => error === e7));
}
later(_);
