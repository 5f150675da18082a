export * as b from "./m5.mjs";
