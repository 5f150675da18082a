class from { m() { return 'm3.3'; } static s = log('m3.2 static', 1); }
try { await (async () => { throw 0; })(); } catch { log('m3.8'); }
export { from as name };
