export * from "./m2.mjs";
import { b as name } from "./m4.mjs";
