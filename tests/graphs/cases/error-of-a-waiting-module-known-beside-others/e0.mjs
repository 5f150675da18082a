import "./m2.mjs";
const ns3 = await import("./m3.mjs").then((m) => m.name);
