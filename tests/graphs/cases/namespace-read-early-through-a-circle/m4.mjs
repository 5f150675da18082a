export default class { m() { return 'm4.1'; } }
later(async () => {
  const e3 = await import("./m5.mjs").catch((error) => error);
  log('m4.3 ' + (typeof e3 === 'object' && Object.prototype.toString.call(e3) !== '[object Error]' && !Object(e3).thrown ? 'arrived' : describe(e3)));
  log('m4.4 ' + await import("./m5.mjs").then((ns) => ns === e3, (error) => error === e3));
  try { await import("./m5.mjs"); log('m4.5'); } catch (error) { log('m4.6 ' + describe(error)); }
});
