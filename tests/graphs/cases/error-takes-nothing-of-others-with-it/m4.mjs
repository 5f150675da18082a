import "./m10.mjs";
export default class a { m() { return 'm4.1'; } }
throw 'm4 fails';
