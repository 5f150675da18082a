log('m6 starts');
import { name as value } from "./m7.mjs";
