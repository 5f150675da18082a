import "./m1.cjs";
