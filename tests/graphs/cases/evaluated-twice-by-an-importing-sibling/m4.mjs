export { name as default } from "./m2.mjs";
