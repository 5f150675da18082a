import "./m7.mjs";
export const q = 1;
