// A module graph as data: what the generator makes, the shrinker takes apart, and `print` turns into files.
//
// graph  { entries: [id], modules: [{ id, cjs, items }] }
// item   one statement:
//   kind   'import' | 'from' | 'star' | 'starAs' | 'code'
//   from   id of the other module (all but 'code')
//   names  [[exported there, local here]] ('import', 'from'; '*' is the namespace)
//   code   text; with `body` it is the head of a block that `tail` ends
//   gives  local names it declares; `needs` local names it reads; `mods` modules whose files it names
//   exp    [[exported, local]] that it exports; `lexed` names that Node sees exported from CommonJS
//   tags   features it uses

export const fileOf = (module) => `${module.id}.${module.cjs ? 'cjs' : 'mjs'}`;

export function index(graph) {
  return new Map(graph.modules.map((module) => [module.id, module]));
}

function* flat(items) {
  for (const item of items) {
    yield item;
    if (item.body) yield* flat(item.body);
  }
}

export const itemsOf = (module) => [...flat(module.items)];

/** Modules that a module names in static imports; for CommonJS, in `require`. */
export function staticTargets(module) {
  const out = new Set();
  for (const item of itemsOf(module)) {
    if (item.from) out.add(item.from);
    for (const id of item.requires ?? []) out.add(id);
  }
  return [...out];
}

/** Everything a module reaches by `next`, itself included. */
export function closure(start, next) {
  const seen = new Set([start]);
  for (const id of seen) for (const other of next(id)) seen.add(other);
  return seen;
}

/** Own exports of an ES module: name → { local } or { from, name }. */
function explicit(module) {
  const out = new Map();
  for (const item of module.items) {
    for (const [name, local] of item.exp ?? []) out.set(name, { local });
    if (item.kind === 'from') for (const [there, here] of item.names) out.set(here, { from: item.from, name: there });
    if (item.kind === 'starAs') out.set(item.as, { from: item.from, name: '*' });
  }
  return out;
}

const lexedOf = (module) => new Set(itemsOf(module).flatMap((item) => item.lexed ?? []));

/** Resolves exports as the language does. Keeps what it found: make a new one after a change. */
export class Resolver {
  constructor(graph) {
    this.modules = index(graph);
    this.own = new Map(graph.modules.map((module) => [module.id, module.cjs ? null : explicit(module)]));
  }

  /** `{ id, name }` of the declaration, 'ambiguous', or null. */
  resolve(id, name, seen = new Set()) {
    const module = this.modules.get(id);
    if (!module) return null;
    if (name === '*') return { id, name };
    if (module.cjs) return name === 'default' || lexedOf(module).has(name) ? { id, name } : null;
    const key = `${id} ${name}`;
    if (seen.has(key)) return null;
    seen.add(key);
    const found = this.own.get(id).get(name);
    if (found) {
      if (!found.from) return this.imported(module, found.local, name, seen);
      return this.resolve(found.from, found.name, seen);
    }
    if (name === 'default') return null;
    let star = null;
    for (const item of module.items.filter((item) => item.kind === 'star')) {
      const next = this.resolve(item.from, name, seen);
      if (next === 'ambiguous') return next;
      if (!next) continue;
      if (star && (star.id !== next.id || star.name !== next.name)) return 'ambiguous';
      star = next;
    }
    return star;
  }

  /** An exported local name may be an import itself. */
  imported(module, local, name, seen) {
    for (const item of module.items.filter((item) => item.kind === 'import')) {
      const pair = item.names.find(([, here]) => here === local);
      if (pair) return this.resolve(item.from, pair[0], seen);
    }
    return { id: module.id, name };
  }

  /** All names that `import { name }` may ask for. */
  names(id) {
    const all = new Set();
    for (const other of closure(id, (at) => this.stars(at))) {
      const module = this.modules.get(other);
      for (const name of module?.cjs ? lexedOf(module) : (this.own.get(other)?.keys() ?? [])) all.add(name);
    }
    if (this.modules.get(id)?.cjs) all.add('default');
    return [...all].filter((name) => {
      const found = this.resolve(id, name);
      return found && found !== 'ambiguous';
    }).sort();
  }

  stars(id) {
    const module = this.modules.get(id);
    return module && !module.cjs ? module.items.filter((item) => item.kind === 'star').map((item) => item.from) : [];
  }

  /** Whether the keys of the namespace follow from the sources alone. */
  exact(id) {
    const all = [...closure(id, (at) => this.stars(at))];
    // A name that is ambiguous already below a star hides all others of that name; V8 passes over it.
    const hides = (at) => at !== id && all.some((from) => [...(this.own.get(from)?.keys() ?? [])].some((name) => this.resolve(at, name) === 'ambiguous'));
    return !all.some((at) => this.modules.get(at)?.cjs || hides(at));
  }
}

/** Takes out what cannot stand any more, until nothing is left to take out. */
export function prune(graph, without = []) {
  graph = structuredClone(graph);
  for (let changed = true; changed; ) {
    changed = false;
    const resolver = new Resolver(graph);
    const has = (id) => resolver.modules.has(id);
    const resolves = (id, name) => {
      const found = resolver.resolve(id, name);
      return found && found !== 'ambiguous';
    };
    for (const module of graph.modules) {
      const keep = (items, scope) => items.filter((item) => {
        const wrong =
          (item.from && !has(item.from)) ||
          (item.mods ?? []).some((id) => !has(id)) ||
          (item.requires ?? []).some((id) => !has(id)) ||
          (item.asks ?? []).some(([id, name]) => !resolves(id, name)) ||
          (item.tags ?? []).some((tag) => without.includes(tag)) ||
          (item.needs ?? []).some((name) => !scope.has(name));
        if (wrong) return !(changed = true);
        if (item.names && item.from) {
          const left = item.names.filter(([there]) => resolves(item.from, there));
          if (left.length < item.names.length) changed = true;
          item.names = left;
          if (item.kind === 'from' && !left.length) return !(changed = true);
        }
        if (item.body) item.body = keep(item.body, new Set([...scope, ...item.body.flatMap((inner) => inner.gives ?? []), ...(item.params ?? [])]));
        return true;
      });
      module.items = keep(module.items, new Set(module.items.flatMap((item) => givenBy(item))));
    }
  }
  return graph;
}

export const givenBy = (item) => [...(item.gives ?? []), ...(item.kind === 'import' ? item.names.map(([, here]) => here) : [])];

const text = (from) => JSON.stringify(`./${from}`);

function line(item, modules, indent) {
  const from = item.from && text(fileOf(modules.get(item.from)));
  const list = (pairs) => pairs.map(([a, b]) => (a === b ? a : `${a} as ${b}`)).join(', ');
  switch (item.kind) {
    case 'import': {
      const space = item.names.find(([there]) => there === '*');
      const first = item.names.find(([there]) => there === 'default');
      const rest = item.names.filter((pair) => pair !== space && pair !== first);
      const parts = [first?.[1], space && `* as ${space[1]}`, !space && rest.length && `{ ${list(rest)} }`].filter(Boolean);
      const main = parts.length ? `import ${parts.join(', ')} from ${from};` : `import ${from};`;
      return space && rest.length ? `${main}\n${indent}import { ${list(rest)} } from ${from};` : main;
    }
    case 'from':
      return `export { ${list(item.names)} } from ${from};`;
    case 'star':
      return `export * from ${from};`;
    case 'starAs':
      return `export * as ${item.as} from ${from};`;
    default: {
      const code = item.code.replace(/<(\w+)>/g, (_, id) => text(fileOf(modules.get(id))));
      if (!item.body) return code;
      return [code, ...item.body.map((inner) => `${indent}  ${line(inner, modules, `${indent}  `)}`), `${indent}${item.tail}`].join('\n');
    }
  }
}

/** The files of a graph: [[name, text]]. */
export function print(graph) {
  const modules = index(graph);
  return graph.modules.map((module) => [fileOf(module), module.items.map((item) => `${line(item, modules, '')}\n`).join('')]);
}

/** What may be read from an entry's namespace. */
export function entriesOf(graph) {
  const resolver = new Resolver(graph);
  const modules = resolver.modules;
  // Showing a namespace shows its keys.
  const plain = (id) => (name) => {
    const found = resolver.resolve(id, name);
    return found.name !== '*' || modules.get(found.id).cjs || resolver.exact(found.id);
  };
  return graph.entries.map((id) => ({ file: fileOf(modules.get(id)), names: resolver.names(id).filter(plain(id)), exact: resolver.exact(id) }));
}
