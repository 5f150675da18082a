export * from "./e1.mjs";
