import "./m9.mjs";
export default log('m8.1 default', { d: 1 });
