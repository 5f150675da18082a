import * as known from './m1.cjs';
log(known.a);
later(async () => {
  const first = await import('./m1.cjs');
  const second = await import('./m1.cjs');
  log(first === second);
  const [third, fourth] = [await import('./m2.cjs'), await import('./m2.cjs')];
  log(third === fourth);
  log(peek(() => ((o) => { o.default = 1; })(third)) + ' ' + third.default.b);
  log(Reflect.defineProperty(known, 'default', { value: 7 }));
});
