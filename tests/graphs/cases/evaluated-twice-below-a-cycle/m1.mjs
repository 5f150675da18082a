export * from "./m7.mjs";
import "./m2.mjs";
await Promise.resolve(); log('m1.6');
