import "./m6.mjs";
import "./m8.mjs";
