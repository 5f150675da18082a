later(async () => {
  const e1 = await import("./m2.mjs").catch((error) => error);
  log('m6.1 ' + (typeof e1 === 'object' && Object.prototype.toString.call(e1) !== '[object Error]' && !Object(e1).thrown ? 'arrived' : describe(e1)));
  log('m6.2 ' + await import("./m2.mjs").then((ns) => ns === e1, (error) => error === e1));
  const e5 = await import("./e0.mjs").catch((error) => error);
  log('m6.5 ' + (typeof e5 === 'object' && Object.prototype.toString.call(e5) !== '[object Error]' && !Object(e5).thrown ? 'arrived' : describe(e5)));
  log('m6.6 ' + await import("./e0.mjs").then((ns) => ns === e5, (error) => error === e5));
});
