import { c as from } from "./e0.mjs";
log('m1.6 ' + peek(() => typeof from));
