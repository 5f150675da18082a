export { default as c } from "./m17.mjs";
await 0; log('m4.4');
