soon(import("./m4.mjs").then((ns) => show(ns)).then((text) => log('m2.3 ' + text)));
