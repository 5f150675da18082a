const e4 = await import("./m1.cjs").catch((error) => error);
