import "./m4.mjs";
await 0; log('m1.12');
