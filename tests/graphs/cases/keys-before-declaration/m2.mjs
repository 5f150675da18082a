import * as name from "./e0.mjs";
log('m2.3 ' + peek(() => Object.keys(name)));
