import { a as Symbol } from "./m7.mjs";
log('m3.6 ' + peek(() => typeof Symbol));
