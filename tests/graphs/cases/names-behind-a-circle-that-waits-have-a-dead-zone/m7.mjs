import { Thing as name } from "./e0.mjs";
try { log('m7.2 ' + show(name)); } catch (error) { log('m7.2 ' + describe(error)); }
