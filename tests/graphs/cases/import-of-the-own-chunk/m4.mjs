import "./m5.mjs";
const ns6 = await import("./m5.mjs");
