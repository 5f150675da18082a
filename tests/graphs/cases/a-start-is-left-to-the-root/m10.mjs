export { exports as f };
import name from "./m11.cjs";
import "./m12.mjs";
var as = ['m10.1'];
var exports = ['m10.2'];
let module = 0;
function from() { ({ module } = { module: module + 1 }); return module; }
export { from as value };
export { module as get };
