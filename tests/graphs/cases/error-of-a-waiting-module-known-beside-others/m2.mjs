if (typeof log === 'function') throw 'm2 fails';
for await (const v of [1, 2]) log('m2.4 ' + v);
