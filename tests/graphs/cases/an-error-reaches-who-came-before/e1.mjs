export * from "./m4.mjs";
export { y } from "./m6.mjs";
export * from "./m2.mjs";
