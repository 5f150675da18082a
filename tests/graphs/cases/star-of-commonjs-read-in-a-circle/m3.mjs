export * from './m4.cjs';
await 0;
log('m3 ends');
