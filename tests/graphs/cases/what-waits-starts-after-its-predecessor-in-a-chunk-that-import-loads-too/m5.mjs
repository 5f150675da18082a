later(async () => {
  const ns6 = await import("./m4.mjs").then((m) => m.x);
  log('m5.6 ' + show(ns6));
});
await Promise.resolve(); log('m5.7');
