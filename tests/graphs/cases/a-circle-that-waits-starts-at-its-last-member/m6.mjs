import { c as Thing, n as module } from "./m14.mjs";
const self = { v: 'm6.3' };
export { self as f };
for await (const v of [1, 2]) log('m6.20 ' + v);
