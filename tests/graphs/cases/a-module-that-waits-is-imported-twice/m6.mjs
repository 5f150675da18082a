export { value };
import init, { a } from "./m11.mjs";
import y, { b as n } from "./m7.mjs";
log('m6 starts');
let value = log('m6.1 made', ['made']);
log('m6.2 ' + show(({ init })));
log('m6.3 ' + peek(() => ((init = 'inner') => init)()));
log('m6.4 ' + show(new (class extends a {})().m()));
log('m6.5 ' + show(new a().m()));
log('m6.12');
try { log('m6.6 ' + show(((n = 'inner') => n)())); } catch (error) { log('m6.6 ' + describe(error)); }
try { log('m6.7 ' + show((() => { const f = 1; return [f, n]; })())); } catch (error) { log('m6.7 ' + describe(error)); }
log('m6.8 ' + peek(() => new (class extends y {})().m()));
try { log('m6.9 ' + show(typeof y)); } catch (error) { log('m6.9 ' + describe(error)); }
log('m6.10 ' + show(typeof self));
log('m6.11 ' + show(typeof b));
log('m6 ends');
