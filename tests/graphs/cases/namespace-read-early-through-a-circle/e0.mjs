export * as class from "./m1.mjs";
export * as get from "./m4.mjs";
