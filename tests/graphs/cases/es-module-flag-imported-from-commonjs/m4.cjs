later(async () => {
  const ns20 = (await import("./m3.cjs")).default;
  log('m4.20 ' + show(ns20));
});
