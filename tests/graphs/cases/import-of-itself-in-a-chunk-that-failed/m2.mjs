export * as value from "./m3.mjs";
