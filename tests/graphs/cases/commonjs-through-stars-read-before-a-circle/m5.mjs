export { b as y } from "./m6.mjs";
