export { class as default } from "./m11.mjs";
export * from "./m4.mjs";
