import "./e2.mjs";
export let b = [].length;
