import './b.mjs';
await 0;
throw new Error('a fails');
