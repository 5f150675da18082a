try { await (async () => { throw 0; })(); } catch { log('m4.4'); }
