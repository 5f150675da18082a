export { g as value };
log('m6.11');
function g() {
  return 'm6.2';
}
