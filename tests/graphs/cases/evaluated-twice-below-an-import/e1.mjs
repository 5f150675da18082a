const ns5 = await import("./m3.mjs");
