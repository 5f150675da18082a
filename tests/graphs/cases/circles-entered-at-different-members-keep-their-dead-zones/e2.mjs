export { a } from "./m7.mjs";
