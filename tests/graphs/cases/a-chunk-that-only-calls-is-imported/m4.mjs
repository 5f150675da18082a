import "./m5.mjs";
