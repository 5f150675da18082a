export * from "./m1.mjs";
