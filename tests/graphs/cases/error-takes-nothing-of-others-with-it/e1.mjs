soon(import("./m3.mjs").then(show, describe).then((text) => log('e1.4 ' + text)));
