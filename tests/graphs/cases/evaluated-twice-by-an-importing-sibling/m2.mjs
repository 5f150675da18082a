const f = { v: 'm2.2' };
log('m2.8');
export { f as name };
