import "./m1.mjs";
