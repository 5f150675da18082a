import "./m4.mjs";
log('m3 starts');
