const defineProperty = Object.defineProperty;
const getOwnPropertyDescriptor = Object.getOwnPropertyDescriptor;
const getOwnPropertyNames = Object.getOwnPropertyNames;
const getPrototypeOf = Object.getPrototypeOf;
const hasOwnProperty = Object.prototype.hasOwnProperty;

// A CommonJS module: evaluated on first call; a throwing module is evaluated again by the next call, as Node does.
// `peek`: only what is there, without running anything.
export const __commonJS = (run, module) => (peek) => {
  if (peek) return module;
  if (!module) {
    module = { exports: {} };
    try {
      run.call(module.exports, module.exports, module);
    } catch (error) {
      module = 0;
      throw error;
    }
  }
  return module.exports;
};

// An ES module that runs when first called; what it threw is thrown again by every later call, also of the modules of
// its circle of imports that had been entered before: they share one list of errors, which ends with the first.
const circles = [];
export const __esm = (run, circle, done, errors) => () => {
  const now = run;
  run = 0;
  if (now) {
    errors = (circle && circles[circle]) || [];
    if (circle) circles[circle] = errors;
    try {
      now();
    } catch (thrown) {
      errors.push(thrown);
      circles[circle] = 0;
    }
    done = 1;
  }
  if (done && errors.length) throw errors[0];
};

// An ES module that waits for a top-level await, its own (`waits`) or that of a dependency: ECMA-262, 16.2.1.6,
// Cyclic Module Records. `state`: 1 entering, 2 waiting, 3 evaluated. `order` is its turn while it waits.
let turns = 0;
const entering = [];

export const __async = (run, dependencies, waits) => {
  const module = { run, dependencies, waits, state: 0, pending: 0, importers: [] };
  return (inner) => {
    if (inner) return enterModule(module);
    try {
      enterModule(module);
    } catch (error) {
      return Promise.reject(error);
    }
    const root = module.root;
    return (root.promise =
      root.promise ||
      new Promise((resolve, reject) => {
        root.resolve = resolve;
        root.reject = reject;
        if (!root.order) resolve();
      }));
  };
};

const enterModule = (module) => {
  const error = module.error || (module.root && module.root.error);
  if (error) throw error[0];
  if (module.state) return module;
  module.state = 1;
  module.index = module.low = entering.push(module);
  try {
    module.dependencies((found) => {
      if (!found) return;
      if (found.state === 1) module.low = Math.min(module.low, found.low);
      else found = found.root;
      if (found.order) {
        module.pending++;
        found.importers.push(module);
      }
    });
    if (module.pending || module.waits) {
      module.order = ++turns;
      if (!module.pending) startModule(module);
    } else {
      module.run();
    }
  } catch (error) {
    while (module.state === 1) {
      const failed = entering.pop();
      failed.state = 3;
      failed.order = 0;
      failed.root = failed;
      failed.error = [error];
    }
    throw error;
  }
  while (module.state === 1 && module.low === module.index) {
    const member = entering.pop();
    member.root = module;
    member.state = member.order ? 2 : 3;
  }
  return module;
};

const startModule = (module) =>
  module.run().then(
    () => endModule(module),
    (error) => failModule(module, error),
  );

const endModule = (module) => {
  if (module.state === 3) return;
  doneModule(module);
  const ready = [];
  readyModules(module, ready);
  ready.sort((a, b) => a.order - b.order);
  for (const next of ready) {
    if (next.state === 3) continue;
    if (next.waits) {
      startModule(next);
      continue;
    }
    try {
      next.run();
    } catch (error) {
      failModule(next, error);
      continue;
    }
    doneModule(next);
  }
};

const doneModule = (module) => {
  module.state = 3;
  module.order = 0;
  if (module.resolve) module.resolve();
};

const readyModules = (module, ready) => {
  for (const importer of module.importers) {
    if (!ready.includes(importer) && !importer.root.error && !--importer.pending) {
      ready.push(importer);
      if (!importer.waits) readyModules(importer, ready);
    }
  }
};

const failModule = (module, error) => {
  if (module.state === 3) return;
  module.state = 3;
  module.order = 0;
  module.error = [error];
  for (const importer of module.importers) failModule(importer, error);
  if (module.reject) module.reject(error);
};

// A namespace object: getters for live bindings. `open` when names are still to be copied into it.
export const __export = (target, all, open) => {
  for (const name in all) defineProperty(target, name, { get: all[name], enumerable: true });
  defineProperty(target, Symbol.toStringTag, { value: 'Module' });
  return open ? target : Object.preventExtensions(target);
};

const copyProperties = (to, from, except = [], description) => {
  if ((from && typeof from === 'object') || typeof from === 'function') {
    for (let key of getOwnPropertyNames(from)) {
      if (!hasOwnProperty.call(to, key) && !except.includes(key)) {
        defineProperty(to, key, {
          get: () => from[key],
          enumerable: !(description = getOwnPropertyDescriptor(from, key)) || description.enumerable,
        });
      }
    }
  }
  return to;
};

// `export *` whose names are known at run time only; after the last one there are no more.
export const __reExport = (target, module, last, except = ['default']) => {
  copyProperties(target, module, except);
  if (last) Object.preventExtensions(target);
};

// CommonJS as `import` sees it. `node` is set for importers that follow Node's rule: default is module.exports, and the
// namespace is one of a module. Of another ES module `require` gives the namespace itself.
export const __toESM = (module, node, target) => {
  if (node) {
    if (Object(module) === module && !getPrototypeOf(module) && module[Symbol.toStringTag] === 'Module') return module;
    const own = copyProperties(defineProperty({}, 'default', { value: module, enumerable: true }), module);
    target = { __proto__: null };
    for (const key of getOwnPropertyNames(own).sort()) defineProperty(target, key, getOwnPropertyDescriptor(own, key));
    return Object.preventExtensions(defineProperty(target, Symbol.toStringTag, { value: 'Module' }));
  }
  target = module != null ? Object.create(getPrototypeOf(module)) : {};
  if (!module || !module.__esModule) defineProperty(target, 'default', { value: module, enumerable: true });
  return copyProperties(target, module);
};

// Stands for such a view until the importer has it: modules of its circle of imports may look earlier. What was not
// evaluated by others has no names.
export const __view = (peek, node) =>
  new Proxy({}, { get: (_, key, proxy, module = peek()) => (module ? __toESM(module.exports, node)[key] : undefined) });

// An ES module as `require` sees it: one object for each, or what the module exports for that by name.
const required = /* @__PURE__ */ new WeakMap();
export const __toCommonJS = (module, view) => {
  if ('module.exports' in module) return module['module.exports'];
  view = required.get(module);
  if (!view) {
    view = hasOwnProperty.call(module, '__esModule') ? {} : defineProperty({}, '__esModule', { value: true });
    required.set(module, copyProperties(view, module));
  }
  return view;
};

// `import()` of CommonJS in the same file: one namespace for each module, and one error if it fails.
const imported = [/* @__PURE__ */ new WeakMap(), /* @__PURE__ */ new WeakMap()];
export const __import = (load, node) => {
  const known = imported[node || 0];
  if (!known.has(load)) known.set(load, Promise.resolve().then(() => __toESM(load(), node)));
  return known.get(load);
};

// The value of a binding in its temporal dead zone, where the binding itself has none because its module is a function;
// and a look at a binding that may still be in it.
const early = () => {
  throw ReferenceError('Cannot access a binding before initialization');
};
export const __early = /* @__PURE__ */ new Proxy(early, {
  get: early, set: early, has: early, apply: early, construct: early, ownKeys: early, getPrototypeOf: early, deleteProperty: early,
});
export const __tdz = (value, name) => {
  if (value === __early) throw ReferenceError("Cannot access '" + name + "' before initialization");
  return value;
};

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

// The address of the script that is running, for `import.meta.url` in scripts that are no modules.
export const __url = /* @__PURE__ */ (() => {
  if (typeof document === 'undefined') return typeof location === 'undefined' ? undefined : location.href;
  const script = document.currentScript;
  return script && script.tagName.toUpperCase() === 'SCRIPT' && script.src ? script.src : document.baseURI;
})();

export const __name = (target, value) => defineProperty(target, 'name', { value, configurable: true });

// Class members for targets that have no such syntax. A store is a WeakMap for fields, a WeakSet for what all objects of
// the class share.
// `named`: the value is an anonymous function, which the language names after the field.
export const __publicField = (target, key, value, named) => {
  if (named) __name(value, typeof key !== 'symbol' ? '' + key : key.description === undefined ? '' : '[' + key.description + ']');
  return defineProperty(target, key, { value, enumerable: true, configurable: true, writable: true });
};

const checkPrivate = (target, member, what) => {
  if (!member.has(target)) throw TypeError('Cannot ' + what);
};

export const __privateGet = (target, member, getter) => (
  checkPrivate(target, member, 'read from private field'), getter ? getter.call(target) : member.get(target)
);

export const __privateSet = (target, member, value, setter) => (
  checkPrivate(target, member, 'write to private field'),
  setter ? setter.call(target, value) : member.set(target, value),
  value
);

export const __privateMethod = (target, member, method) => (
  checkPrivate(target, member, 'access private method'), method
);

export const __privateAdd = (target, store, value, name) => {
  if (name) __name(value, name);
  if (store.has(target)) throw TypeError('Cannot add the same private member more than once');
  if (store instanceof WeakSet) store.add(target);
  else store.set(target, value);
};

export const __privateIn = (store, target) => {
  if (Object(target) !== target) throw TypeError('Cannot use the "in" operator on this value');
  return store.has(target);
};

export const __privateWrapper = (target, store, setter, getter) => ({
  get _() {
    return __privateGet(target, store, getter);
  },
  set _(value) {
    __privateSet(target, store, value, setter);
  },
});

// Takes a property away and gives what it was.
export const __take = (target, key) => {
  const value = target[key];
  delete target[key];
  return value;
};

// Runs the static part of a class.
export const __class = (target) => {
  __take(target, '#static').call(target);
  return target;
};

// What a value is as a property key: converted once, by the language itself.
export const __key = (value) => Reflect.ownKeys({ [value]: 0 })[0];
