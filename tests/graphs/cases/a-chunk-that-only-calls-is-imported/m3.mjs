import "./m8.mjs";
