export { default as b } from "./m7.mjs";
import "./m5.mjs";
import "./m14.mjs";
