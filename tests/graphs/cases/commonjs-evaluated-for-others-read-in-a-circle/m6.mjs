export * as a from "./m14.mjs";
