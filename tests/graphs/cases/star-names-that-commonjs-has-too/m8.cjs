exports.c = log('m8.3 made', ['made']);
