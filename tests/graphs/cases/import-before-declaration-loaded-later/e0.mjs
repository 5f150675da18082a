later(async () => {
  const e4 = await import("./m1.mjs").catch((error) => error);
});
