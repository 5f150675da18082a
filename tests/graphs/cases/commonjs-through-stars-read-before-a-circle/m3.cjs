exports.get = function () { return 'm3.1'; };
