later(async () => {
  const ns8 = await import("./e2.mjs");
  log('m3.9 ' + peek(() => ns8));
  const ns10 = await import("./m7.mjs");
  log('m3.11 ' + peek(() => ns10));
});
