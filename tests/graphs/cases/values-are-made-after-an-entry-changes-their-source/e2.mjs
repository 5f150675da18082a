export * as Thing from "./m7.mjs";
export class c { m() { return 'e2.3'; } }
