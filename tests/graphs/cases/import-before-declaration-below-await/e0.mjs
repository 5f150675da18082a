import "./m1.mjs";
export let x = [].length;
