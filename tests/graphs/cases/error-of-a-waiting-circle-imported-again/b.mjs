import './a.mjs';
log('b starts');
later(async () => {
  try { await import('./c.mjs'); log('arrived'); } catch (error) { log(describe(error)); }
});
