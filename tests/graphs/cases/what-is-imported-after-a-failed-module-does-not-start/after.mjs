import "./before.mjs";
log('after starts');
await 0;
log('after ends');
