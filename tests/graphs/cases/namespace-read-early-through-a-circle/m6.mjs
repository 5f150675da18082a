import { get as y } from "./e0.mjs";
export default ['m6.1'];
log('m6.5 ' + peek(() => y['default']));
