export * as get from "./m1.mjs";
