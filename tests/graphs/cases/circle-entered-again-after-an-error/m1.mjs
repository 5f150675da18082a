export { Thing as n } from "./m8.mjs";
