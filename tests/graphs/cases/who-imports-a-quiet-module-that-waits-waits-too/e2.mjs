import "./m7.mjs";
import "./m9.mjs";
log('e2');
