import "./m6.cjs";
