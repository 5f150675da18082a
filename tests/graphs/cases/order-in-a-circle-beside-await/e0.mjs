export * from "./m2.mjs";
import * as Thing from "./m16.mjs";
