try { require("./m4.cjs"); log('m1.5'); } catch (error) { log('m1.6 ' + describe(error)); }
