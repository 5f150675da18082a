log('e2 starts');
import "./m3.cjs";
import "./m6.mjs";
