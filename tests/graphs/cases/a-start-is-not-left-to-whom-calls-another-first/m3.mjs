export * from "./m4.mjs";
later(async () => {
  const ns4 = await import("./m3.mjs");
  log('m3.5 ' + peek(() => ns4));
  log('m3.6 ' + peek(() => ns4));
  log('m3.7 ' + peek(() => Object.prototype.toString.call(ns4)));
});
