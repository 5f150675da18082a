export * from "./m3.mjs";
import "./m5.mjs";
