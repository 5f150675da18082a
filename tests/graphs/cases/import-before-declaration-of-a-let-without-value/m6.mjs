import { f as b, c as value } from "./m3.mjs";
try { log('m6.11 ' + show(value)); } catch (error) { log('m6.11 ' + describe(error)); }
