try { log('m1.8 ' + show(Object.keys(Object(require("./m3.cjs"))))); } catch (error) { log('m1.8 ' + describe(error)); }
throw new Error('m1 fails');
