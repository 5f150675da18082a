module.exports.x = log('m3.3 made', ['made']);
