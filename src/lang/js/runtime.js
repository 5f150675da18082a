const defineProperty = Object.defineProperty;
const getOwnPropertyDescriptor = Object.getOwnPropertyDescriptor;
const getOwnPropertyNames = Object.getOwnPropertyNames;
const getPrototypeOf = Object.getPrototypeOf;
const hasOwnProperty = Object.prototype.hasOwnProperty;

// A CommonJS module: evaluated on first call; a throwing module is evaluated again by the next call, as Node does.
export const __commonJS = (run, module) => () => {
  if (!module) {
    module = { exports: {} };
    try {
      run(module.exports, module);
    } catch (error) {
      module = 0;
      throw error;
    }
  }
  return module.exports;
};

export const __esm = (run, result) => () => (run && (result = run((run = 0))), result);

// Getters for live bindings.
export const __export = (target, all) => {
  for (var name in all) defineProperty(target, name, { get: all[name], enumerable: true });
  return defineProperty(target, Symbol.toStringTag, { value: 'Module' });
};

const copyProperties = (to, from, except, description) => {
  if ((from && typeof from === 'object') || typeof from === 'function') {
    for (let key of getOwnPropertyNames(from)) {
      if (!hasOwnProperty.call(to, key) && key !== except) {
        defineProperty(to, key, {
          get: () => from[key],
          enumerable: !(description = getOwnPropertyDescriptor(from, key)) || description.enumerable,
        });
      }
    }
  }
  return to;
};

// `export *` whose names are known at run time only.
export const __reExport = (target, module, second) => (
  copyProperties(target, module, 'default'), second && copyProperties(second, module, 'default')
);

// CommonJS as `import` sees it. `node` is set for importers that follow Node's rule: default is module.exports.
export const __toESM = (module, node, target) => (
  (target = module != null ? Object.create(getPrototypeOf(module)) : {}),
  copyProperties(
    node || !module || !module.__esModule ? defineProperty(target, 'default', { value: module, enumerable: true }) : target,
    module,
  )
);

// An ES module as `require` sees it.
export const __toCommonJS = (module) => copyProperties(defineProperty({}, '__esModule', { value: true }), module);

// Loads what a chunk needs beside its code; style sheets are waited for, scripts are only hinted at.
const preloaded = {};
export const __preload = (load, urls, base) =>
  typeof document === 'undefined'
    ? load()
    : Promise.all(
        urls.map((url) => {
          url = new URL(url, base).href;
          if (preloaded[url]) return preloaded[url] === 1 ? undefined : preloaded[url];
          const style = url.endsWith('.css');
          for (const link of document.getElementsByTagName('link')) {
            if (link.href === url && (!style || link.rel === 'stylesheet')) return void (preloaded[url] = 1);
          }
          const link = document.createElement('link');
          link.rel = style ? 'stylesheet' : 'modulepreload';
          link.crossOrigin = '';
          link.href = url;
          preloaded[url] = 1;
          if (style) {
            preloaded[url] = new Promise((resolve, reject) => {
              link.onload = resolve;
              link.onerror = () => {
                delete preloaded[url];
                link.remove();
                reject(new Error('could not load the style sheet ' + url));
              };
            });
          }
          document.head.appendChild(link);
          return style ? preloaded[url] : undefined;
        }),
      ).then(load);

export const __require = /* @__PURE__ */ ((fallback) =>
  typeof require !== 'undefined'
    ? require
    : typeof Proxy !== 'undefined'
      ? new Proxy(fallback, { get: (target, name) => (typeof require !== 'undefined' ? require : target)[name] })
      : fallback)(function (name) {
  if (typeof require !== 'undefined') return require.apply(this, arguments);
  throw Error('"' + name + '" was required at run time, but this output has no require()');
});

export const __glob = (map) => (path) => {
  const load = map[path];
  if (load) return load();
  throw new Error('no module was bundled for ' + path);
};

export const __name = (target, value) => defineProperty(target, 'name', { value, configurable: true });
