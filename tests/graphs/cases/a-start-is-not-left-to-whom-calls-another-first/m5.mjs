import * as name from "./m7.mjs";
