Object(f).v += 'e0.9';
import { x as f } from "./m10.mjs";
