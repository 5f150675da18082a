const e4 = await import("./e0.mjs").catch((error) => error);
later(async () => {
  const e6 = await import("./m4.mjs").catch((error) => error);
  log('e1.6 ' + (typeof e6 === 'object' && Object.prototype.toString.call(e6) !== '[object Error]' && !Object(e6).thrown ? 'arrived' : describe(e6)));
  log('e1.7 ' + await import("./m4.mjs").then((ns) => ns === e6, (error) => error === e6));
  try { await import("./m4.mjs"); log('e1.8'); } catch (error) { log('e1.9 ' + describe(error)); }
});
