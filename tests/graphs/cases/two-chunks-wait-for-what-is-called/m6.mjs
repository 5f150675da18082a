log('m6 starts');
export default class { m() { return 'm6.1'; } }
import { x } from "./m7.mjs";
