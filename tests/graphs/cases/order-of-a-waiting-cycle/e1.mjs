export * from "./m2.mjs";
import "./e0.mjs";
import "./m4.cjs";
