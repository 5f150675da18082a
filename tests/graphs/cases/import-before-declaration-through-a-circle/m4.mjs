export const get = `t`;
let global = 'm4.4';
export { global as a };
