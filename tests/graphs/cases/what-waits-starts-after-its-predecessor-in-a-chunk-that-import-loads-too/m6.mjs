export { Promise as x };
log('m6 starts');
let Promise = 'm6.1';
await 0; log('m6.4');
