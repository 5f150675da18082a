export { f } from "./m6.mjs";
export { default as value } from "./m8.mjs";
import "./m10.mjs";
