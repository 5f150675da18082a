if (typeof log === 'number') {
  log('m1.4 ' + peek(() => require("./m2.cjs")));
}
