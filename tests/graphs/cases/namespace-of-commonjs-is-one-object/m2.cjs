exports.b = 'm2.b';
