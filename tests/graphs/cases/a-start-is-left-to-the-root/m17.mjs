export { name };
export default ['m17.1'];
export var get = ['m17.2'];
function t() {
  return 'm17.3';
}
export { t as y };
const name = () => {
  return 'm17.4';
};
const _ = { v: 'm17.5' };
export { _ as b };
