export * from "./m8.mjs";
