try { await (async () => { throw 0; })(); } catch { log('m6.8'); }
