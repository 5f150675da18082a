exports.n = 'm4.1';
