const e2 = await import("./m4.cjs").catch((error) => error);
