import "./m6.mjs";
import "./m3.mjs";
