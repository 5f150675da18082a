import "./e0.mjs";
import "./m8.cjs";
