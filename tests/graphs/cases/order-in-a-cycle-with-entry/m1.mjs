import "./m10.mjs";
import "./m2.mjs";
