import { name as f, n as y } from "./m13.mjs";
import { value as g } from "./m7.mjs";
