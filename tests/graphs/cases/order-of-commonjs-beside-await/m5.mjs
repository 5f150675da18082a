const ns2 = await import("./m1.cjs");
