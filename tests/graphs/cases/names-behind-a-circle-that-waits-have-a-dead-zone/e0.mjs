export * as n from "./m6.mjs";
export { Thing } from "./m8.mjs";
