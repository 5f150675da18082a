// `require` where the output has none of its own: whoever loads it may have put one there.
export const __require = /* @__PURE__ */ ((fallback) =>
  typeof require !== 'undefined'
    ? require
    : typeof Proxy !== 'undefined'
      ? new Proxy(fallback, { get: (target, name) => (typeof require !== 'undefined' ? require : target)[name] })
      : fallback)(function (name) {
  if (typeof require !== 'undefined') return require.apply(this, arguments);
  throw Error('"' + name + '" was required at run time, but this output has no require()');
});
