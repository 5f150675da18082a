export { default as f, get as class } from "./m8.mjs";
import "./m2.mjs";
