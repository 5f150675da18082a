log('m14 starts');
import f from "./m10.cjs";
log('m14.5 ' + show(typeof f.f));
log('m14.6 ' + show(typeof f.f));
try { await (async () => { throw 0; })(); } catch { log('m14.7'); }
log('m14.8 ' + await Promise.resolve().then?.(() => 'then'));
