export { get as state } from "./m4.mjs";
import { n as g } from "./m3.mjs";
const global = { v: 'm2.1' };
export { global as get };
Object(g).v += 'm2.5';
