import "./both.mjs";
log('e2 starts');
