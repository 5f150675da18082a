export { a as class } from "./m6.mjs";
throw new TypeError('m3 fails');
