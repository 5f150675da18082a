import { f as self, n as b } from "./m7.mjs";
later(async () => {
  const { f: ns5 } = await import("./m3.mjs");
  log('m2.5 ' + show(ns5));
});
for (let i = 0; i < 4; i++) { await 0; log('m2.6 ' + i); }
