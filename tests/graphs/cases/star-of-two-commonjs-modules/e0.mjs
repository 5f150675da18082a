import * as all from './m1.mjs';
log(all.a + all.b + all.c);
log(Object.isExtensible(all));
export * from './m1.mjs';
