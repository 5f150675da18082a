import * as Thing from "./m4.mjs";
