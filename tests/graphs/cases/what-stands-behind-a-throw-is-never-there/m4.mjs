import "./m6.mjs";
