import * as name from "./e0.mjs";
log('m6.9 ' + peek(() => name['x']));
