import "./m1.mjs";
export * from "./m2.mjs";
