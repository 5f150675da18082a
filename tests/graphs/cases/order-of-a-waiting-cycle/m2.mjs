log('m2 starts');
import "./e1.mjs";
const ns15 = await import("./m4.cjs");
