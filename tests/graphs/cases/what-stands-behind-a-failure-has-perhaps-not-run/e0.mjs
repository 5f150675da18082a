const e7 = await import("./m2.mjs").catch((error) => error);
