import "./m5.mjs";
import "./m1.mjs";
