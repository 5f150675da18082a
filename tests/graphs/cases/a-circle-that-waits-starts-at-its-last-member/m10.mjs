log('m10 starts');
later(async () => {
});
function self() {
  return 'm10.1';
}
