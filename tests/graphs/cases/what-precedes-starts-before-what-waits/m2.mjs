import "./m12.mjs";
import * as $ from "./m8.mjs";
