import x from "./m6.mjs";
function Thing() {
  return 'm5.1';
}
export { Thing };
