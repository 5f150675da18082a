export * as state from "./m1.mjs";
export { get as value } from "./m2.mjs";
