import "./e0.mjs";
log('m2 starts');
