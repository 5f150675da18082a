export * from "./m6.mjs";
export * from "./m3.cjs";
