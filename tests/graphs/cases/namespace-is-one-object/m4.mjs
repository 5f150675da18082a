import * as n from "./m4.mjs";
async function self() {
  const ns9 = await import("./m4.mjs");
  log('m4.10 ' + peek(() => ns9 === n));
}
later(() => self());
