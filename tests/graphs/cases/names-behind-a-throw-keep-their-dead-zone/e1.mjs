export { global as n };
import "./e0.mjs";
throw new TypeError('e1 fails');
const { p: global = 2, ...restglobal } = { q: 'e1.1' };
