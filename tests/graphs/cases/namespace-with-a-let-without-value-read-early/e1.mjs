import { y as from } from "./m2.mjs";
try { log('e1.2 ' + show(from)); } catch (error) { log('e1.2 ' + describe(error)); }
export let value;
