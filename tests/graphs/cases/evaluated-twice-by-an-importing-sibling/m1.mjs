const e4 = await import("./m4.mjs").catch((error) => error);
