import e from "./e0.mjs";
log('m16 starts');
try { log('m16.4 ' + show(e.__esModule)); } catch (error) { log('m16.4 ' + describe(error)); }
export const value = function () {
  return 'm16.1';
};
log('m16.5 ' + peek(() => e.a));
let from = log('m16.2 made', ['made']);
const { p: self = 2, ...restself } = { q: 'm16.3' };
try { log('m16.6 ' + show(e.default)); } catch (error) { log('m16.6 ' + describe(error)); }
export { e as a };
log('m16.7 ' + show(typeof state));
log('m16.9');
export { self as f };
log('m16 ends');
