log('e0.6 ' + peek(() => init));
import { n as init } from "./m3.mjs";
