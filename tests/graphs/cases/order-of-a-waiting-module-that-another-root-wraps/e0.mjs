export * from "./e1.mjs";
import "./m6.mjs";
