export { name as default } from "./m1.mjs";
