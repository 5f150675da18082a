async function y() {
  const ns4 = await import("./m9.mjs").then((m) => m.n);
  log('m5.4 ' + show(ns4));
}
later(() => y());
