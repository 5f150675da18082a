import "./m3.mjs";
