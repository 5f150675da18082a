later(async () => {
  const ns1 = await import("./m1.mjs");
  log('e3 ' + peek(() => ns1.q));
});
