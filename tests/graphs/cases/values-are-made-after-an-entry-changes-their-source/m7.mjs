import { x as state } from "./m10.mjs";
const y = [Object(state).v];
export { y as n };
