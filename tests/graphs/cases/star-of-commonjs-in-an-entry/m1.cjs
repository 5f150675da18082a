module.exports.value = 'm1.1';
