export { state };
await 0; log('e1.8');
const state = { v: 'e1.3' };
