import as from "./e0.mjs";
export default log('m3.1 default', { d: 1 });
try { log('m3.16 ' + show(typeof as)); } catch (error) { log('m3.16 ' + describe(error)); }
