import "./m5.mjs";
import * as b from "./m4.mjs";
