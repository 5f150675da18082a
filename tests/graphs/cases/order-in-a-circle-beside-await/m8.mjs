await (async () => { await 0; log('m8.11'); })();
