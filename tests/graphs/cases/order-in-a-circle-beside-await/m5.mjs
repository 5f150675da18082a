import "./e0.mjs";
log('m5 starts');
