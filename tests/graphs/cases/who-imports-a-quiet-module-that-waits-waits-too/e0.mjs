import "./m1.mjs";
log('e0');
