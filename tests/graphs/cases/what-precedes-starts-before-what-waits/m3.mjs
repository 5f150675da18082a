import "./m4.mjs";
