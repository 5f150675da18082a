var parts = [];
parts.push('nothing');
if (parts.length) {
  throw new Error('while it is loaded'); // throws required
}
exports.parts = parts;
