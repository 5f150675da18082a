exports.a = 'm2.a'; exports.c = 'm2.c';
