export * from "./m3.mjs";
export * from "./m8.cjs";
