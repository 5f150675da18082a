import { n as as } from "./m3.mjs";
export const f = [Object(as).v];
