import "./m5.mjs";
import "./m8.mjs";
