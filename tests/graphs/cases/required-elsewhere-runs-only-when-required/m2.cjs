later(() => log('m2.8 ' + peek(() => require("./m14.cjs"))));
later(() => log('m2.9 ' + peek(() => require("./m8.cjs"))));
