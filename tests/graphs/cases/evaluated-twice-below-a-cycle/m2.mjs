import "./m1.mjs";
log('m2 starts');
