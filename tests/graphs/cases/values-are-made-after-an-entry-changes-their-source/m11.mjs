log('m11 starts');
export * from "./m13.mjs";
import { name as b, n as f } from "./m13.mjs";
import "./m13.mjs";
const n = function () {
  log('m11.3 ' + peek(() => b));
  return 'm11.1';
};
log('m11.2 ' + show(new b().m()));
log('m11.4 ' + show(typeof module));
log('m11 ends');
