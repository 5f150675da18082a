import * as a from "./m3.mjs";
import { value as init, Thing as self } from "./m7.mjs";
log('m2.4 ' + show(Object.keys(a)));
class LOG { m() { return 'm2.2'; } static self = () => LOG.name.length > 0; }
export { LOG as name };
