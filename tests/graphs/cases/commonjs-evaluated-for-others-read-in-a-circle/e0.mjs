export * from "./m1.mjs";
export { default } from "./m10.cjs";
