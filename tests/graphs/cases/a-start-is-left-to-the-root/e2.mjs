import "./m3.mjs";
import { a as x, n as e } from "./m6.mjs";
