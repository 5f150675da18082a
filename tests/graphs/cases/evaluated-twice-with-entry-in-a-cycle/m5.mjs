async function g() {
  const e7 = await import("./m1.mjs").catch((error) => error);
  log('m5.7 ' + (typeof e7 === 'object' && Object.prototype.toString.call(e7) !== '[object Error]' && !Object(e7).thrown ? 'arrived' : describe(e7)));
}
later(async () => { await g(); await g(); });
