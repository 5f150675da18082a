log('m7 starts');
export { n };
log('m7.4 ' + show(typeof b));
const n = function () {
  return 'm7.1';
};
