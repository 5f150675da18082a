export * as value from "./m3.mjs";
export * from "./m2.mjs";
