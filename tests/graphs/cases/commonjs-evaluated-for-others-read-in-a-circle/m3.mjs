export { value } from "./m4.mjs";
export { state } from "./m9.mjs";
