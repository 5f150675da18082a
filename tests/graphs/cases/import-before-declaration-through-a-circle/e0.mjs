import n from "./m1.mjs";
import "./m6.mjs";
