import "./m3.mjs";
import * as y from "./m5.mjs";
