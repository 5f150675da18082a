import "./m7.mjs";
