const Promise = { v: 'm8.3' };
export { Promise as Thing };
