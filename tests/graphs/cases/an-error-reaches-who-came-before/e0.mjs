export * as class from "./m2.mjs";
