export * from "./m3.cjs";
