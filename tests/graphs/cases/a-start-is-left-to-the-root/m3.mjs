import { c as Error } from "./m4.mjs";
