if (typeof log === 'number') {
  log('m4.6 ' + peek(() => require("./m5.cjs")));
}
later(async () => {
  const ns7 = await import("./m3.mjs");
});
