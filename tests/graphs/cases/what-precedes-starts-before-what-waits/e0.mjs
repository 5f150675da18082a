export * from "./m12.mjs";
import "./m1.mjs";
import "./m3.mjs";
