import "./m1.cjs";
soon(import("./m3.mjs").then((ns) => show(ns)).then((text) => log('e0.12 ' + text)));
