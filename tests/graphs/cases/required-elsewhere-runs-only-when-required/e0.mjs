import "./m2.cjs";
