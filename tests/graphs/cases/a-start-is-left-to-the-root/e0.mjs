later(async () => {
  const ns5 = await import("./m3.mjs");
  log('e0.6 ' + peek(() => ns5));
});
