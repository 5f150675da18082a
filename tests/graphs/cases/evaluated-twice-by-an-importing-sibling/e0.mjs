import "./m4.mjs";
import "./m1.mjs";
import "./m2.mjs";
import "./m3.mjs";
