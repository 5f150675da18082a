import "./m2.mjs";
for await (const v of [1, 2]) log('m1.5 ' + v);
