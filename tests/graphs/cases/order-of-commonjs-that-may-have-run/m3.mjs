import "./m6.mjs";
import "./m5.cjs";
