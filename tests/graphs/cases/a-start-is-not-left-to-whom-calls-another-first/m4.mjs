import * as get from "./m5.mjs";
import "./m6.mjs";
