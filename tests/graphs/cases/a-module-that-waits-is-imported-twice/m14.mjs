log('m14 starts');
const b = log('m14.1 made', ['made']);
const { p: from = 2, ...restfrom } = { q: 'm14.2', p: [1] };
export { from as Thing };
log('m14.5');
log('m14.4 ' + show(typeof exports));
log('m14 ends');
