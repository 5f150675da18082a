log('m7 starts');
let from = null;
export { from as name };
log('m7.16');
await (async () => { await 0; log('m7.9'); })();
