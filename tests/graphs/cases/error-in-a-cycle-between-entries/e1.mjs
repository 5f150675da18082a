import "./m3.mjs";
if (typeof log === 'function') throw 'e1 fails';
