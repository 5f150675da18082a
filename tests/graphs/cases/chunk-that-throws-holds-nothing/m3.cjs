later(() => log('m3.2 ' + peek(() => require("./m6.cjs"))));
later(async () => {
  const ns4 = await import("./m2.mjs");
});
