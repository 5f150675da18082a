import * as value from "./m8.mjs";
import * as c from "./e0.mjs";
