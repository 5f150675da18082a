import "./fails.mjs";
import "./after.mjs";
log('both starts');
await 0;
log('both ends');
