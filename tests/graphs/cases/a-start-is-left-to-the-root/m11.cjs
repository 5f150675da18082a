log('m11 starts');
module.exports = 'm11.1';
function init() { return log('never'); }
function Thing() { return log('never'); }
log('m11 ends');
