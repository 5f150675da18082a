import "./m9.mjs";
export const get = function () {
  return 'm8.1';
};
function LOG() {
  return 'm8.2';
}
export { LOG as value };
const _ = function () {
  return 'm8.3';
};
export { _ as default };
function as() {
  return 'm8.4';
}
export { as as n };
