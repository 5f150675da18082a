import "./m1.mjs";
export { default } from "./m2.cjs";
