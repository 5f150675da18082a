later(async () => {
  const e2 = await import("./m1.mjs").catch((error) => error);
});
throw 'm6 fails';
