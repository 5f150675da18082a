import * as self from "./m3.mjs";
