log('m4.8');
later(async () => {
  const ns7 = await import("./m2.mjs").then((m) => m.state);
  log('m4.7 ' + show(ns7));
});
const t = -0;
export var get = ['m4.5'];
