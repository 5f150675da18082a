log('e1 starts');
export * from "./m7.mjs";
