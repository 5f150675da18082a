exports.c = null;
