log('m6 starts');
const ns5 = await import("./m7.mjs");
