soon(import("./m4.mjs").then(show, describe).then((text) => log('m3.4 ' + text)));
