export * from "./m4.mjs";
import "./m6.mjs";
