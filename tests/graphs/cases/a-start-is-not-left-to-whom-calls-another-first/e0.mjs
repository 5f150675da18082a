import * as e from "./m6.mjs";
import "./m3.mjs";
import "./m2.mjs";
