export * from './m2.cjs';
export * from './m3.cjs';
export const c = 'm1.c';
