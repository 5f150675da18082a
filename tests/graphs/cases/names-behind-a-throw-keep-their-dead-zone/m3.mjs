export { n } from "./e1.mjs";
