var list = [
  'first',
  require('./broken.cjs'), // through required
];

exports.list = list;
