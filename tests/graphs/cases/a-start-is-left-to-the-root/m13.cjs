log('m13 starts');
log('m13.4 ' + show(typeof state));
log('m13.7');
log('m13.5 ' + show(typeof x));
exports.c = { v: 'm13.2' };
log('m13.6 ' + show(typeof self));
log('m13 ends');
