log('m7 starts');
await 0; log('m7 ends');
