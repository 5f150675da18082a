import "./m1.cjs";
export * as name from "./m5.mjs";
import "./m2.mjs";
