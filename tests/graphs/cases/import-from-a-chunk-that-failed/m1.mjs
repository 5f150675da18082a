import { class as g } from "./m3.mjs";
const e7 = await import("./m2.mjs").catch((error) => error);
