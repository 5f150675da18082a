import "./m12.mjs";
