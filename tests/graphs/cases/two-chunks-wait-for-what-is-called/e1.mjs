import "./m7.mjs";
log('e1 starts');
const { default: read } = await import("./m6.mjs");
