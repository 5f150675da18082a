import "./m6.mjs";
log('m5 starts');
let LOG = log('m5.1 made', ['made']);
await Promise.resolve(); log('m5.4');
