log('m7 starts');
export default class { m() { return 'm7.1'; } }
export var b = ['m7.2'];
const as = { v: 'm7.3' };
log('m7.11');
export { as as value };
for await (const v of [1, 2]) log('m7.8 ' + v);
const Symbol = await ['m7.9'];
log('m7.10 ' + show(typeof LOG));
const _ = { v: 'm7.4' };
class t { m() {} }
const e = { pure: [1, () => 2] };
export { Symbol as get };
log('m7 ends');
