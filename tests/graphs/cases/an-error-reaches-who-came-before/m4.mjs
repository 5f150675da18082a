export { y as state, state as b } from "./m9.mjs";
