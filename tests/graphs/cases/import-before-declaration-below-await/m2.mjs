import { x as y } from "./e0.mjs";
try { log('m2.5 ' + show((function (self) { return [y, self]; })('p'))); } catch (error) { log('m2.5 ' + describe(error)); }
