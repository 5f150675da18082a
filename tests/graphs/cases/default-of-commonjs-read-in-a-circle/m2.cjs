later(async () => {
  const ns2 = await import("./m3.mjs");
  log('m2.3 ' + (ns2 === await import("./m3.mjs")));
});
