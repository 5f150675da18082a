export * from "./m1.cjs";
