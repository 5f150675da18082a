import "./m4.mjs";
throw new Error('m2 fails');
