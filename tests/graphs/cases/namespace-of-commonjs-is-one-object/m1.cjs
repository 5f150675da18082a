exports.a = 'm1.a';
