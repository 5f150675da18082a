import { a as g } from "./m6.mjs";
export const { p: value = 2, ...restvalue } = { q: 'm4.2' };
