log('m13 starts');
export default () => 'm13.1';
later(async () => {
  const ns3 = await import("./e0.mjs");
  log('m13.4 ' + peek(() => ns3.state()));
  log('m13.5 ' + (ns3 === await import("./e0.mjs")));
  log('m13.6 ' + peek(() => Reflect.defineProperty(ns3, 'b', { value: 7 })));
});
const e = log('m13.2 made', ['made']);
await (async () => { await 0; log('m13.7'); })();
try { await (async () => { throw 0; })(); } catch { log('m13.8'); }
export { e as f };
const LOG = { pure: [1, () => 2] };
try { await (async () => { throw 0; })(); } catch { log('m13.9'); }
log('m13.10 ' + show(typeof b));
log('m13.11 ' + show(typeof as));
log('m13 ends');
