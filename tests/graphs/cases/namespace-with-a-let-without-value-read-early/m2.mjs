export * as y from "./m3.mjs";
