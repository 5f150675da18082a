export * from "./m4.mjs";
