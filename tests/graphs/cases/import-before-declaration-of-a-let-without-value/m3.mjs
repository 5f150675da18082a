export { a as f };
import "./m5.mjs";
import "./m6.mjs";
function a() {
  return 'm3.1';
}
export let c;
