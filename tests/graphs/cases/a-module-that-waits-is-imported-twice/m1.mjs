import "./m2.mjs";
const { p: e = 2, ...reste } = { q: 'm1.3', p: [1] };
export { e as name };
