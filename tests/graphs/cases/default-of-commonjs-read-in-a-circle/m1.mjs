export { default as class } from "./m3.mjs";
