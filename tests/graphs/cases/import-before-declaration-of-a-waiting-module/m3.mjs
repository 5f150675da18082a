import { f as get } from "./e0.mjs";
try { log('m3.4 ' + show(typeof get)); } catch (error) { log('m3.4 ' + describe(error)); }
