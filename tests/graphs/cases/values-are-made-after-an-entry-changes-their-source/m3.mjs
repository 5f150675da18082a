const ns7 = await import("./m7.mjs");
log('m3.8 ' + peek(() => ns7));
