import c from "./m6.cjs";
throw 'm5 fails';
