export * from "./m6.mjs";
