export * as b from "./m3.mjs";
import "./m2.mjs";
