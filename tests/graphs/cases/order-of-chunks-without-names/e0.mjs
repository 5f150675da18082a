export * from "./m1.mjs";
import { name as x } from "./m2.mjs";
log('e0.6 ' + peek(() => typeof x));
