log('m6 starts');
export { exports as y };
import { value as process } from "./m7.mjs";
import { y as init } from "./m6.mjs";
const exports = { v: 'm6.2' };
