exports.value = 'm4.value';
