later(async () => {
  const e8 = await import("./m4.cjs").catch((error) => error);
  log('m4.8 ' + (typeof e8 === 'object' && Object.prototype.toString.call(e8) !== '[object Error]' && !Object(e8).thrown ? 'arrived' : describe(e8)));
});
