import "./before.mjs";
import * as space from "./before.mjs";
log('fails starts');
log(new (class extends space {})().m());
await 0;
log('fails ends');
