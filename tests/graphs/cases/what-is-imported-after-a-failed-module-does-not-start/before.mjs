log('before starts');
await 0;
log('before ends');
export const m = 1;
