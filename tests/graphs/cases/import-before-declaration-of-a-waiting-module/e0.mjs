export { state as f } from "./e1.mjs";
import * as x from "./m3.mjs";
