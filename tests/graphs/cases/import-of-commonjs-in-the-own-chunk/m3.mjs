const ns6 = await import("./m2.cjs");
