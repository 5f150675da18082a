export * as Thing from "./m2.mjs";
export const b = { v: 'e0.2' };
