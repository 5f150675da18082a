log('m11 starts');
var g = ['m11.1'];
export { g as default };
class as { m() { return 'm11.3'; } static self = () => as.name.length > 0; }
export { as as a };
log('m11.7 ' + await Promise.resolve().then?.(() => 'then'));
log('m11.11');
try { await (async () => { throw 0; })(); } catch { log('m11.8'); }
log('m11.12');
const $ = await ['m11.9'];
log('m11.10 ' + show(typeof get));
log('m11 ends');
