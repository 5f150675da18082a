import "./m16.mjs";
function _() {
  const name = 0;
  return 'm9.1';
}
export { _ as state };
