import b from "./m6.mjs";
log('m5.2 ' + peek(() => typeof b));
