import "./m2.mjs";
import "./m3.mjs";
