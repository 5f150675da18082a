import "./m2.cjs";
import "./m4.cjs";
