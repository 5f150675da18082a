import LOG, { Thing as a } from "./m13.mjs";
import y from "./m13.mjs";
