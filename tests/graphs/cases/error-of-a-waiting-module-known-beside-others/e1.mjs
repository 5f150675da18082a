export * as b from "./m2.mjs";
import "./m3.mjs";
