import * as c from "./m4.mjs";
import "./m3.mjs";
