for (let i = 0; i < 2; i++) { await 0; log('m6.2 ' + i); }
