log('m12 starts');
import * as g from "./m14.mjs";
for (let i = 0; i < 2; i++) { await 0; log('m12.3 ' + i); }
log('m12.9');
await (async () => { await 0; log('m12.4'); })();
for (let i = 0; i < 1; i++) { await 0; log('m12.5 ' + i); }
const t = await ['m12.6'];
var x = ['m12.1'];
export { x };
export { t as default };
log('m12 ends');
