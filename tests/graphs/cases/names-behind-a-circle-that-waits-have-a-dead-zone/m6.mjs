import "./m7.mjs";
await 0; log('m6.5');
