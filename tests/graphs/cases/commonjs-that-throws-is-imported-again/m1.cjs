later(async () => {
  const e8 = await import("./m2.cjs").catch((error) => error);
  try { await import("./m2.cjs"); log('m1.10'); } catch (error) { log('m1.11 ' + describe(error)); }
});
