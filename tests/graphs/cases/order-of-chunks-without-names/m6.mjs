export * as b from "./m6.mjs";
import { value as name } from "./m7.mjs";
import "./m6.mjs";
log('m6 starts');
export default function value() { return 'm6.1'; }
import * as n from "./m6.mjs";
const { p: Promise = 2, ...restPromise } = { q: 'm6.2' };
log('m6.17');
later(async () => {
  const ns9 = await import("./m5.mjs");
  const ns12 = await import("./m3.mjs");
  log('m6.13 ' + peek(() => ns12));
  log('m6.14 ' + (ns12 === await import("./m3.mjs")));
});
