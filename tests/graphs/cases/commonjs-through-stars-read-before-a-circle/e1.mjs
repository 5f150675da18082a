export * from "./m5.mjs";
export * from "./e0.mjs";
