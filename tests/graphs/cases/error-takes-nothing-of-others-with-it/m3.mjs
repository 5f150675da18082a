export { default as n } from "./m4.mjs";
