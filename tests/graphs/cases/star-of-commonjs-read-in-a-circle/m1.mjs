import './m2.mjs';
export * as space from './m3.mjs';
