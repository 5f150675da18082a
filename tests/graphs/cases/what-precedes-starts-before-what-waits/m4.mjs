log('m4.13');
for await (const v of [1, 2]) log('m4.7 ' + v);
