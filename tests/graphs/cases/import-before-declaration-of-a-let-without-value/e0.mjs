import "./m2.mjs";
