log('m7 starts');
export { Error as f };
export * as n from "./m8.mjs";
import "./m5.mjs";
const { p: Error = 2, ...restError } = { q: 'm7.1' };
for (let i = 0; i < 2; i++) { await 0; log('m7.2 ' + i); }
