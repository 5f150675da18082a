import * as f from "./m5.mjs";
