export { c };
const c = null;
