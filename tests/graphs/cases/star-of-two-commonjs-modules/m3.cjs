exports.b = 'm3.b';
