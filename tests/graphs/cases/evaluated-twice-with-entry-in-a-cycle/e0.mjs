import "./m1.mjs";
import "./m7.mjs";
import "./m5.mjs";
