export * from "./m6.mjs";
import "./m5.mjs";
