import "./m5.mjs";
throw 'm6 fails';
export default () => 'm6.1';
