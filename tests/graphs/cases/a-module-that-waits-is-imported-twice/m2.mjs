export * from "./m3.mjs";
