import "./e1.mjs";
log('m4 starts');
