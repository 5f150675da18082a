export * from "./m7.cjs";
