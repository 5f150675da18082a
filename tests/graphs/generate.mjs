// A graph from a seed. `realm.mjs` has the globals that modules use: log, show, peek, later, soon.
import { closure, givenBy, prune, Resolver } from './model.mjs';
import { random } from './random.mjs';
import { Skeleton } from './skeleton.mjs';

// The same names everywhere, some of them names of globals.
const LOCALS = ['a', 'b', 'c', 'x', 'y', 'n', 'f', 'g', 'name', 'value', 'state', 'LOG', 'self', 'e', 't', 'Thing', 'init', '$', '_', 'as', 'from', 'get'];
const MODULE_LOCALS = ['exports', 'module', 'require', 'global', 'process', 'Promise', 'Symbol', 'Error'];
const EXPORTS = ['a', 'b', 'c', 'x', 'y', 'n', 'f', 'value', 'name', 'state', 'Thing', 'class', 'get'];

class Writer {
  constructor(module, r) {
    Object.assign(this, module);
    this.module = module;
    this.r = r;
    this.pool = r.shuffle([...LOCALS, ...(module.cjs ? [] : r.shuffle(MODULE_LOCALS).slice(0, 2))]);
    this.heads = [];
    this.decls = [];
    this.uses = [];
    this.locals = new Map();
    this.exported = new Map();
    this.starred = new Set();
    this.functions = [];
    this.count = 0;
    this.taken = 0;
    // It logs nothing: only what it makes of others' objects, which others change, tells when it ran.
    const { cjs, entry, ticks, throws, top, late, soon } = module;
    this.quiet = !(cjs || entry || ticks || throws || top.length || late.length || soon.length) && r.chance(0.3);
  }

  tag() {
    this.count += 1;
    return `${this.id}.${this.count}`;
  }

  /** A local name of this module. */
  take(info) {
    const name = this.taken < this.pool.length && this.taken < 14 ? this.pool[this.taken] : `v${this.taken}`;
    this.taken += 1;
    this.locals.set(name, info);
    return name;
  }

  use(code, more = {}) {
    this.uses.push({ kind: 'code', code, ...more });
  }

  has(global) {
    return !this.pool.slice(0, 14).includes(global);
  }
}

export function generate(seed) {
  const r = random(seed);
  const skeleton = new Skeleton(r);
  const writers = skeleton.modules.map((module) => new Writer(module, r));
  const graph = { entries: writers.filter((w) => w.entry).map((w) => w.id), modules: [] };
  for (const w of writers) (w.cjs ? declareCjs : declare)(w, skeleton);
  graph.modules = writers.map((w) => ({ id: w.id, cjs: w.cjs, items: w.heads.concat(w.decls) }));
  const byId = new Map(writers.map((w) => [w.id, w]));
  const world = { r, skeleton, byId, resolver: new Resolver(graph) };
  for (const w of writers.filter((w) => !w.cjs)) pass(w, world);
  graph.modules = writers.map((w) => ({ id: w.id, cjs: w.cjs, items: w.heads.concat(w.decls) }));
  world.resolver = new Resolver(graph);
  for (const w of writers) w.starred = new Set(world.resolver.names(w.id));
  for (const w of writers) (w.cjs ? requires : imports)(w, world);
  for (const w of writers) {
    bodies(w);
    dynamic(w, world);
    if (w.ticks) ticks(w);
  }
  const calls = skeleton.modules.every(({ ticks, top, late, soon }) => !ticks && ![...top, ...late, ...soon].length);
  graph.modules = writers.map((w) => ({ id: w.id, cjs: w.cjs, items: assemble(w, calls) }));
  return prune(graph);
}

/** What an exported name is, by where it is declared. */
function infoAt(world, id, name) {
  const found = world.resolver.resolve(id, name);
  if (!found || found === 'ambiguous') return null;
  const info = found.name === '*' ? { kind: 'ns', of: found.id } : (world.byId.get(found.id).exported.get(found.name) ?? { kind: 'any' });
  return { ...info, home: found.id };
}

// Declarations.

function exportName(w, wish) {
  // Of a name that came through a star, others know already what it is.
  const free = (name) => !w.exported.has(name) && !w.starred.has(name);
  if (wish && free(wish) && w.r.chance(0.6)) return wish;
  return w.r.shuffle(EXPORTS).find(free) ?? `z${w.exported.size}`;
}

function declare(w, skeleton) {
  const { r } = w;
  const cyclic = [...skeleton.static(w.id)].some((other) => other !== w.id && skeleton.cyclic(w.id, other)) || w.to.has(w.id);
  w.calmReads = !cyclic;
  if (r.chance(0.3)) declareDefault(w);
  for (let left = r.between(1, 4); left > 0; left--) {
    const loud = w.quiet ? [] : [klass, made];
    const makers = [counter, object, object, hoisted, hoisted, hoisted, arrow, variable, late, parts, ...loud];
    if (!cyclic) makers.push(literal, literal);
    r.pick(makers)(w);
  }
}

/** Puts a declaration in, exported or not. */
function put(w, code, gives, info, more = {}) {
  const { r } = w;
  const item = { kind: 'code', code, gives, ...more };
  const [name] = gives;
  w.decls.push(item);
  if (!r.chance(0.8)) return item;
  if (r.chance(0.5) && EXPORTS.includes(name) && !w.exported.has(name) && !w.starred.has(name)) {
    item.code = `export ${code}`;
    item.exp = gives.map((given) => [given, given]);
    for (const given of gives) w.exported.set(given, given === name ? info : { kind: 'inc', of: name });
    return item;
  }
  for (const given of gives) {
    const asDefault = !w.exported.has('default') && r.chance(0.15);
    const outside = asDefault ? 'default' : exportName(w, EXPORTS.includes(given) ? given : undefined);
    w.exported.set(outside, given === name ? info : { kind: 'inc', of: name });
    const list = { kind: 'code', code: `export { ${given === outside ? given : `${given} as ${outside}`} };`, needs: [given], exp: [[outside, given]] };
    (r.chance(0.5) ? w.decls : w.heads).push(list);
  }
  return item;
}

function counter(w) {
  const info = { kind: 'value' };
  const [n, inc] = [w.take(info), w.take({ kind: 'inc' })];
  const step = w.r.pick([`${n}++;`, `${n} += 1;`, `${n} = ${n} + 1;`, `({ ${n} } = { ${n}: ${n} + 1 });`, `[${n}] = [${n} + 1];`, `for (${n} of [${n} + 1]);`]);
  const start = w.calmReads ? '0' : '[].length';
  const item = put(w, `let ${n} = ${start};`, [n], info);
  const gives = { kind: 'code', code: `function ${inc}() { ${step} return ${n}; }`, gives: [inc], needs: [n] };
  w.decls.push(gives);
  const name = exportName(w);
  w.exported.set(name, { kind: 'inc' });
  w.decls.push({ kind: 'code', code: `export { ${inc} as ${name} };`, needs: [inc], exp: [[name, inc]] });
  return item;
}

const object = (w) => simple(w, 'const', `{ v: '${w.tag()}' }`);
const literal = (w) => simple(w, w.r.pick(['const', 'let']), w.r.pick([`'${w.tag()}'`, '1', 'true', 'null', '-0', '`t`', '2 ** 3']));
const made = (w) => simple(w, w.r.pick(['const', 'let']), `log('${w.tag()} made', ['made'])`);

function simple(w, word, value) {
  const info = { kind: 'value' };
  const name = w.take(info);
  put(w, `${word} ${name} = ${value};`, [name], info);
}

function variable(w) {
  const info = { kind: 'value' };
  const name = w.take(info);
  put(w, `var ${name} = ['${w.tag()}'];`, [name], info);
}

function late(w) {
  const info = { kind: 'value' };
  const name = w.take(info);
  put(w, `let ${name};`, [name], info);
  const code = `${name} = ['${w.tag()} late'];`;
  if (w.r.chance(0.7)) w.use(code, { needs: [name], last: true });
  else w.use(`try { ${code} } catch (error) { log(describe(error)); }`, { needs: [name], tags: ['own-tdz'] });
}

function parts(w) {
  const info = { kind: 'value' };
  const name = w.take(info);
  put(w, `const { p: ${name} = 2, ...rest${name} } = { q: '${w.tag()}'${w.r.chance(0.5) ? ', p: [1]' : ''} };`, [name], info);
}

function klass(w) {
  const info = { kind: 'class' };
  const name = w.take(info);
  const field = w.r.pick(['', ` static s = log('${w.tag()} static', 1);`, ` static self = () => ${name}.name.length > 0;`, ' #p = 1; get p() { return this.#p; }',
    ` static s = new ${name}().m();`, ` static { ${name}.s = log('${w.tag()} block', 'b'); }`, ` static s = new this().m(); static t = () => ${name} === this;`, ` static #s = new ${name}(); static get s() { return ${name}.#s.m(); }`]);
  put(w, `class ${name} { m() { return '${w.tag()}'; }${field} }`, [name], info);
}

function hoisted(w) {
  const info = { kind: 'function' };
  const name = w.take(info);
  const body = [{ kind: 'code', code: `return '${w.tag()}';` }];
  w.functions.push(body);
  put(w, `function ${name}() {`, [name], info, { body, tail: '}' });
}

function arrow(w) {
  const info = { kind: 'function' };
  const name = w.take(info);
  const body = [{ kind: 'code', code: `return '${w.tag()}';` }];
  w.functions.push(body);
  put(w, `const ${name} = ${w.r.pick(['() => {', 'function () {'])}`, [name], info, { body, tail: '};' });
}

function declareDefault(w) {
  const tag = w.tag();
  const name = w.take({ kind: 'function' });
  const forms = [
    ['function', `export default function () { return '${tag}'; }`, []],
    ['function', `export default function ${name}() { return '${tag}'; }`, [name]],
    ['class', `export default class { m() { return '${tag}'; } }`, []],
    ['class', `export default class ${name} { m() { return '${tag}'; } }`, [name]],
    ['value', `export default ['${tag}'];`, []],
    ['value', w.quiet ? `export default { d: '${tag}' };` : `export default log('${tag} default', { d: 1 });`, []],
    ['function', `export default () => '${tag}';`, []],
  ];
  const [kind, code, gives] = w.r.pick(forms);
  if (!gives.length) w.locals.delete(name);
  w.exported.set('default', { kind });
  w.decls.push({ kind: 'code', code, gives, exp: [['default', gives[0] ?? null]] });
}

function declareCjs(w) {
  const { r } = w;
  const value = () => r.pick([`'${w.tag()}'`, `{ v: '${w.tag()}' }`, `log('${w.tag()} made', ['made'])`, '1', 'null']);
  const whole = (code, kind) => {
    w.exported.set('default', { kind });
    w.decls.push({ kind: 'code', code });
  };
  const style = r.pick(['named', 'named', 'named', 'es', 'object', 'alias', 'function', 'primitive', 'nothing']);
  w.style = style;
  if (style === 'object') return whole(`module.exports = { a: ${value()}, b: ${value()}, f() { return '${w.tag()}'; } };`, 'cjs');
  if (style === 'alias') return whole(aliased(w, value), 'cjs');
  if (style === 'function') return whole(`module.exports = function () { return '${w.tag()}'; };${r.chance(0.5) ? ' module.exports.extra = 1;' : ''}`, 'function');
  if (style === 'primitive') return whole(`module.exports = ${r.pick(['1', `'${w.tag()}'`, 'null', 'undefined', 'false'])};`, 'value');
  w.exported.set('default', { kind: 'cjs' });
  if (style === 'nothing') return undefined;
  if (style === 'es') {
    w.decls.push({ kind: 'code', code: "Object.defineProperty(exports, '__esModule', { value: true });" });
    w.decls.push({ kind: 'code', code: `exports.default = ${value()};` });
  }
  for (const name of r.shuffle(EXPORTS.filter((name) => name !== 'class')).slice(0, r.between(1, 3))) {
    const isFunction = r.chance(0.35);
    const text = isFunction ? `function () { ${w.r.chance(0.4) ? receives(w, r.pick(EXPORTS)) : `return '${w.tag()}';`} }` : value();
    w.exported.set(name, { kind: isFunction ? 'function' : 'value' });
    w.decls.push({ kind: 'code', code: `${r.pick(['exports', 'exports', 'module.exports'])}.${name} = ${text};`, lexed: [name] });
  }
  if (r.chance(0.2)) {
    const name = exportName(w);
    w.exported.set(name, { kind: 'inc' });
    w.decls.push({ kind: 'code', code: `exports.times = 0; exports.${name} = function () { exports.times += 1; return exports.times; };`, lexed: [name, 'times'], tags: ['cjs-live'] });
    w.exported.set('times', { kind: 'value' });
  }
  return undefined;
}

/** Reads its module's exports by what it is called on. In strict code that may be nothing. */
const receives = (w, name) => w.r.pick([
  `var self = this; return self === exports ? show(self.${name}) : '${w.tag()}';`,
  `var self = this; return self === module.exports ? [self.${name}, '${w.tag()}'] : 'apart';`,
  `return this === exports && typeof this.${name};`,
]);

/** Exports under another name of theirs. */
function aliased(w, value) {
  const { r } = w;
  const tag = w.tag();
  const members = (api) => `${api}.a = ${value()}; ${api}.f = function () { ${r.pick([`var self = this; return self === ${api} ? self.b : '${tag}';`, `return ${api}.a;`, `return '${tag}';`])} }; ${api}.b = ${value()};`;
  return r.pick([
    () => `var api${w.order} = module.exports = {}; ${members(`api${w.order}`)}`,
    () => `var api${w.order} = exports; ${members(`api${w.order}`)}`,
    () => `function api${w.order}() { return '${tag}'; } module.exports = api${w.order}; ${members(`api${w.order}`)}`,
    () => `(function (api) { ${members('api')} })(module.exports);`,
    () => `(function () { ${members('this')} }).call(exports);`,
  ])();
}

// What passes through.

function pass(w, { r, byId, resolver }) {
  for (const to of w.to) {
    const target = byId.get(to);
    // The lexer of Node does not see all names of an object: which of them go through a star, it alone knows.
    if (r.chance(0.14) && !['object', 'alias'].includes(target.style)) {
      w.heads.push({ kind: 'star', from: to, tags: target.cjs ? ['star-cjs'] : [] });
      (w.passed ??= new Set()).add(to);
    }
    if (r.chance(0.1) && !target.cjs) {
      const as = exportName(w);
      w.exported.set(as, { kind: 'ns', of: to });
      w.heads.push({ kind: 'starAs', from: to, as });
      (w.passed ??= new Set()).add(to);
    }
    const names = resolver.names(to);
    if (!r.chance(0.2) || !names.length) continue;
    const chosen = r.shuffle(names).slice(0, r.between(1, 2)).map((name) => {
      const outside = r.chance(0.15) && !w.exported.has('default') ? 'default' : exportName(w, name === 'default' ? undefined : name);
      w.exported.set(outside, { kind: 'passed' });
      return [name, outside];
    });
    (w.passed ??= new Set()).add(to);
    w.heads.push({ kind: 'from', from: to, names: chosen });
  }
}

// Imports and what is done with them.

function imports(w, world) {
  const { r, resolver } = world;
  for (const to of w.to) {
    if (w.passed?.has(to) && r.chance(0.4)) continue;
    for (let left = r.chance(0.2) ? 2 : 1; left > 0; left--) {
      const way = r.pick(['side', 'named', 'named', 'named', 'ns', 'default']);
      const names = [];
      const take = (name, info) => {
        const local = w.take(info);
        names.push([name, local]);
        useImport(w, world, to, name, local, info);
      };
      const all = resolver.names(to);
      if (way === 'ns') take('*', { kind: 'ns', of: to, home: to });
      if (way === 'default' && all.includes('default')) take('default', infoAt(world, to, 'default'));
      if (way === 'named') for (const name of r.shuffle(all).slice(0, r.between(1, 3))) take(name, infoAt(world, to, name));
      const item = { kind: 'import', from: to, names };
      if (r.chance(0.85)) w.heads.push(item);
      else w.uses.push(item);
      if (names.length && r.chance(0.15)) exportImport(w, r.pick(names)[1]);
    }
  }
}

function exportImport(w, local) {
  const name = exportName(w);
  w.exported.set(name, { kind: 'passed' });
  w.uses.push({ kind: 'code', code: `export { ${local} as ${name} };`, needs: [local], exp: [[name, local]] });
}

/** Looks through functions and namespaces, which in a bundle have no temporal dead zone of their own. */
const isDeep = (code) => /\)?\(\)|^(Object|Reflect)\.|\.\.\.|^\(\(o\)/.test(code);

/** One or two statements that look at an imported name. */
function useImport(w, world, to, name, local, info) {
  const { r, skeleton } = world;
  const home = info?.home ?? to;
  const safe = !w.cjs && !skeleton.cyclic(w.id, home) && !skeleton.cyclic(w.id, to);
  // Node copies the name when the module between them is evaluated; that of CommonJS may have been required before.
  const early = skeleton.cyclic(w.id, to) && home !== to && world.byId.get(home).cjs;
  if (w.quiet) {
    if (safe && r.chance(0.8)) seen(w, local);
    return;
  }
  if (safe && info?.kind === 'value' && r.chance(0.5)) w.use(`Object(${local}).v += '${w.tag()}';`, { needs: [local] });
  for (let left = r.pick([0, 1, 1, 2, 3]); left > 0; left--) {
    const needs = [local];
    const text = looks(w, world, local, info);
    look(w, text.code ?? text, { needs, asks: text.asks, tags: [...(text.tags ?? []), ...(home === w.id ? ['own-tdz'] : []), ...(early ? ['cjs-live'] : []), ...(safe || !(text.whole || isDeep(text.code ?? text)) ? [] : ['cycle-reads'])] }, safe && r.chance(0.6) && !text.throws);
  }
}

/** What an object of another module is like when this one runs. */
function seen(w, local) {
  const name = w.take({ kind: 'value' });
  const item = put(w, `const ${name} = [Object(${local}).v];`, [name], { kind: 'value' }, { needs: [local] });
  w.decls.splice(w.decls.indexOf(item), 1);
  w.uses.push(item);
}

/** Reads an expression into the log, guarded unless it cannot throw. */
function look(w, code, more, safe) {
  const { r } = w;
  const tag = w.tag();
  if (safe) return w.use(`log('${tag} ' + show(${code}));`, more);
  if (r.chance(0.5)) return w.use(`log('${tag} ' + peek(() => ${code}));`, more);
  return w.use(`try { log('${tag} ' + show(${code})); } catch (error) { log('${tag} ' + describe(error)); }`, more);
}

/** Expressions over an imported name. */
function looks(w, world, local, info) {
  const { r } = world;
  const target = info && world.byId.get(info.home);
  switch (info?.kind) {
    case 'function': {
      const above = target && target.order > w.order;
      return r.pick(above ? [`${local}()`, `${local}()`, `typeof ${local}`, shadow(w, `${local}()`)] : [`${local}()`, `typeof ${local}`]);
    }
    case 'inc':
      return `${local}()`;
    case 'class':
      return r.pick([`new ${local}().m()`, `typeof ${local}`, `${local}.s`, `typeof ${local}.t`, `new (class extends ${local} {})().m()`]);
    case 'ns':
      return space(w, world, local, info.of);
    case 'cjs':
      return r.pick([local, `Object.keys(${local})`, `${local}.a`, `typeof ${local}.f`, `${local}.default`, `${local}.__esModule`]);
    default:
      return r.pick([local, local, `typeof ${local}`, shadow(w, local), `({ ${local} })`, `((${local} = 'inner') => ${local})()`]);
  }
}

/** Reads among declarations that have the names of other modules. */
function shadow(w, code) {
  const other = w.r.pick(LOCALS.filter((name) => !new RegExp(`(^|\\W)${name === '$' ? '\\$' : name}(\\W|$)`).test(code)));
  return w.r.pick([
    `(() => { const ${other} = 1; return [${other}, ${code}]; })()`,
    `(function (${other}) { return [${code}, ${other}]; })('p')`,
    `(function ${other}() { { let ${other} = 2; return [typeof ${other}, ${code}]; } })()`,
  ]);
}

function space(w, world, local, of) {
  const { r, resolver, byId } = world;
  const names = resolver.names(of);
  const isCjs = byId.get(of).cjs;
  const exact = resolver.exact(of);
  const name = names.length ? r.pick(names) : null;
  const ways = [`typeof ${local}`, `Object.isExtensible(${local})`, `Object.prototype.toString.call(${local})`, `Object.getPrototypeOf(${local})`, `'zz' in ${local}`];
  if (w.has('Symbol')) ways.push(`${local}[Symbol.toStringTag]`);
  if (exact && !isCjs) ways.push(`Object.keys(${local})`, `Reflect.ownKeys(${local}).filter((key) => typeof key === 'string')`, local, `({ ...${local} })`, `Object.entries(${local}).length`);
  if (name) {
    const read = [`${local}.${name}`, `${local}['${name}']`, `'${name}' in ${local}`, `typeof ${local}.${name}`, `Reflect.set(${local}, '${name}', 1)`, `Reflect.deleteProperty(${local}, '${name}')`,
      `Reflect.defineProperty(${local}, '${name}', { value: 7 })`, `(() => { const { ${name}: inner } = ${local}; return inner; })()`, `Object.getOwnPropertyDescriptor(${local}, '${name}')`,
      `((o) => { o.${name} = 1; })(${local})`, `Object.hasOwn(${local}, '${name}')`];
    const inner = infoAt(world, of, name);
    const shows = (code) => inner?.kind === 'ns' && !/^typeof | in /.test(code);
    const known = inner?.kind !== 'ns' || byId.get(inner.of).cjs || resolver.exact(inner.of);
    for (const code of read) if (known || !shows(code)) ways.push({ code, asks: [[of, name]], whole: shows(code) });
    const deeper = inner?.kind === 'ns' && !byId.get(inner.of).cjs ? resolver.names(inner.of) : [];
    for (const last of deeper) {
      ways.push({ code: `${local}.${name}.${last}`, asks: [[of, name], [inner.of, last]], whole: infoAt(world, inner.of, last)?.kind === 'ns' });
    }
  }
  const chosen = r.pick(ways);
  // Whoever shows a namespace reads all of it.
  const made = chosen.code ? { ...chosen } : { code: chosen, whole: chosen === local };
  if (/^\(\(o\)/.test(made.code)) {
    // An error in strict code, which no output that is a module can tell from sloppy code.
    if (w.cjs) return { code: `typeof ${local}` };
    made.throws = true;
  }
  const reflects = /^(Object|Reflect|\(\(o\)|typeof \w+$)|toStringTag/.test(made.code);
  return { ...made, tags: [...(reflects && isCjs ? ['cjs-ns'] : []), ...(/Descriptor/.test(made.code) ? ['descriptor'] : [])] };
}

function requires(w, world) {
  const { r, byId, resolver } = world;
  for (const to of w.to) {
    const more = { requires: [to] };
    const names = resolver.names(to).filter((name) => name !== 'default');
    const take = () => w.take({ kind: 'cjs' });
    const ways = {
      plain() {
        const local = take();
        w.use(`const ${local} = require(<${to}>);`, { ...more, gives: [local] });
        for (let left = r.between(0, 2); left > 0; left--) look(w, half(r, local, names), { needs: [local] }, false);
      },
      inline: () => look(w, half(r, `require(<${to}>)`, names), more, false),
      twice: () => look(w, `require(<${to}>) === require(<${to}>)`, more, false),
      parts() {
        if (!names.length) return ways.plain();
        const local = take();
        const name = r.pick(names);
        w.use(`const { ${name}: ${local} } = Object(require(<${to}>));`, { ...more, gives: [local], asks: [[to, name]] });
        return look(w, local, { needs: [local] }, false);
      },
      conditional: () => w.use(`if (typeof log ${r.pick(['===', '==='])} 'function') {`, { body: [{ kind: 'code', code: `log('${w.tag()} ' + peek(() => require(<${to}>)));`, ...more }], tail: '}' }),
      never: () => w.use(`if (typeof log === 'number') {`, { body: [{ kind: 'code', code: `log('${w.tag()} ' + peek(() => require(<${to}>)));`, ...more }], tail: '}' }),
      attempt: () => w.use(`try { require(<${to}>); log('${w.tag()}'); } catch (error) { log('${w.tag()} ' + describe(error)); }`, more),
      called: () => w.use(`later(() => log('${w.tag()} ' + peek(() => require(<${to}>))));`, more),
      passes: () => w.use(`module.exports = require(<${to}>);`, { ...more, tags: ['cjs-passes'] }),
    };
    r.pick([ways.plain, ways.plain, ways.plain, ways.inline, ways.twice, ways.parts, ways.conditional, ways.never, ways.attempt, ways.called, ...(byId.get(to).style === 'named' && !names.length ? [ways.passes] : [])])();
  }
}

const half = (r, local, names) => r.pick([local, `Object.keys(Object(${local}))`, ...names.map((name) => `Object(${local}).${name}`), `typeof ${local}`]);

/** Functions look at names of their module, whatever the time. */
function bodies(w) {
  const { r } = w;
  const names = [...w.locals].filter(([, info]) => info && !['inc', 'function', 'loader'].includes(info.kind)).map(([name]) => name);
  for (const body of w.functions) {
    if (!names.length || !r.chance(0.5)) continue;
    const name = r.pick(names);
    body.unshift({ kind: 'code', code: `log('${w.tag()} ' + peek(() => ${name}));`, needs: [name], tags: ['function-reads'] });
    if (r.chance(0.3)) body.unshift({ kind: 'code', code: `const ${r.pick(LOCALS.filter((other) => other !== name))} = 0;` });
  }
}

// Later.

function dynamic(w, world) {
  const { r, skeleton, byId } = world;
  for (const to of w.top) for (const item of arrivals(w, world, to)) w.uses.push(item);
  for (const to of w.soon) {
    const read = skeleton.mayThrow(to) ? '.then(show, describe)' : `.then((ns) => show(ns${byId.get(to).cjs || !world.resolver.exact(to) ? '.default' : ''}))`;
    w.use(`soon(import(<${to}>)${read}.then((text) => log('${w.tag()} ' + text)));`, { mods: [to] });
  }
  if (!w.late.length) return;
  if (!w.cjs && r.chance(0.25)) {
    loader(w, world, w.late[0]);
  } else {
    w.use('later(async () => {', { body: w.late.flatMap((to) => arrivals(w, world, to)), tail: '});' });
  }
}

function loader(w, world, to) {
  const name = w.take({ kind: 'loader' });
  w.use(`${w.r.chance(0.5) && !w.exported.has(name) && !w.starred.has(name) && EXPORTS.includes(name) ? (w.exported.set(name, { kind: 'loader' }), 'export ') : ''}async function ${name}() {`, {
    body: arrivals(w, world, to), tail: '}', gives: [name], exp: w.exported.get(name)?.kind === 'loader' ? [[name, name]] : [],
  });
  w.use(`later(${w.r.pick([name, `() => ${name}()`, `async () => { await ${name}(); await ${name}(); }`])});`, { needs: [name] });
}

/** Statements with `await` that load a module and look at it. */
function arrivals(w, world, to) {
  const { r, skeleton, byId, resolver } = world;
  const target = byId.get(to);
  const whole = !target.cjs && resolver.exact(to);
  const names = resolver.names(to);
  const mods = [to];
  const tag = w.tag();
  if (skeleton.mayThrow(to) || r.chance(0.08)) {
    const first = `e${w.count}`;
    return [
      { kind: 'code', code: `const ${first} = await import(<${to}>).catch((error) => error);`, mods, gives: [first] },
      { kind: 'code', code: `log('${tag} ' + (typeof ${first} === 'object' && Object.prototype.toString.call(${first}) !== '[object Error]' && !Object(${first}).thrown ? 'arrived' : describe(${first})));`, needs: [first] },
      { kind: 'code', code: `log('${w.tag()} ' + await import(<${to}>).then((ns) => ns === ${first}, (error) => error === ${first}));`, mods, needs: [first], tags: target.cjs ? ['cjs-ns'] : [] },
      ...(r.chance(0.5) ? [{ kind: 'code', code: `try { await import(<${to}>); log('${w.tag()}'); } catch (error) { log('${w.tag()} ' + describe(error)); }`, mods }] : []),
    ];
  }
  const local = `ns${w.count}`;
  const out = [{ kind: 'code', code: `const ${local} = await import(<${to}>);`, mods, gives: [local] }];
  const add = (code, more = {}) => out.push({ kind: 'code', code: `log('${w.tag()} ' + peek(() => ${code}));`, ...more, needs: [local, ...(more.needs ?? [])] });
  const ways = [
    () => whole && add(local),
    () => {
      const text = space(w, world, local, to);
      add(text.code, { asks: text.asks, tags: text.tags });
    },
    () => {
      const spaces = [...w.locals].filter(([, info]) => info?.kind === 'ns' && info.of === to);
      if (spaces.length) add(`${local} === ${spaces[0][0]}`, { needs: [spaces[0][0]], tags: target.cjs ? ['cjs-view'] : [] });
    },
    () => out.push({ kind: 'code', code: `log('${w.tag()} ' + (${local} === await import(<${to}>)));`, mods, needs: [local], tags: target.cjs ? ['cjs-ns'] : [] }),
    () => {
      if (!names.length) return;
      const name = r.pick(names);
      const kind = infoAt(world, to, name)?.kind;
      add(kind === 'function' || kind === 'inc' ? `${local}.${name}()` : `${local}.${name}`, { asks: [[to, name]] });
    },
  ];
  const picked = names.length && r.chance(0.35) ? r.pick(names) : null;
  if (picked) {
    out.pop();
    out.push({ kind: 'code', code: r.pick([`const { ${picked}: ${local} } = await import(<${to}>);`, `const ${local} = (await import(<${to}>)).${picked};`, `const ${local} = await import(<${to}>).then((m) => m.${picked});`]), mods, gives: [local], asks: [[to, picked]] });
    out.push({ kind: 'code', code: `log('${tag} ' + show(${local}));`, needs: [local] });
    return out;
  }
  for (let left = r.between(1, 3); left > 0; left--) r.pick(ways)();
  return out;
}

/** Top-level await with a mark before and after. */
function ticks(w) {
  const { r } = w;
  const promise = w.has('Promise') ? 'Promise.resolve()' : '0';
  for (let left = r.between(1, 3); left > 0; left--) {
    const tag = w.tag();
    w.use(r.pick([
      `await 0; log('${tag}');`,
      `await ${promise}; log('${tag}');`,
      `for (let i = 0; i < ${r.between(1, 4)}; i++) { await 0; log('${tag} ' + i); }`,
      `await (async () => { await 0; log('${tag}'); })();`,
      `for await (const v of [1, 2]) log('${tag} ' + v);`,
      `log('${tag} ' + await ${promise}.then?.(() => 'then'));`.replace('await 0.then?.', 'await (async () => 0)().then'),
      `try { await (async () => { throw 0; })(); } catch { log('${tag}'); }`,
    ]));
  }
  if (r.chance(0.4)) {
    const local = w.take({ kind: 'value' });
    const item = put(w, `const ${local} = await ['${w.tag()}'];`, [local], { kind: 'value' });
    w.decls.splice(w.decls.indexOf(item), 1);
    w.uses.push(item);
  }
}

// All together.

/** `calls`: a module may fail in a call too. What else runs, where others wait or are loaded later, a bundler arranges
 * by the `throw` statements that it sees. */
function assemble(w, calls) {
  const { r } = w;
  if (!w.quiet) own(w);
  const [early, last] = [w.uses.filter((item) => !item.last), w.uses.filter((item) => item.last)];
  const items = [];
  const queues = [[...w.decls], early];
  while (queues.some((queue) => queue.length)) {
    const queue = r.pick(queues.filter((queue) => queue.length));
    items.push(queue.shift());
    if (!w.quiet && r.chance(0.15)) items.push({ kind: 'code', code: `log('${w.tag()}');` });
  }
  items.push(...last);
  if (w.throws) {
    const message = `'${w.id} fails'`;
    const code = r.pick([`throw new Error(${message});`, `throw new TypeError(${message});`, `boom(${message});`, `if (typeof log === 'function') throw ${message};`, `throw { thrown: ${message} };`]);
    const hidden = !w.has('Error') || code.startsWith('boom');
    const safe = !hidden ? code : calls ? `boom(${message});` : `throw ${message};`;
    items.splice(r.int(items.length + 1), 0, { kind: 'code', code: safe, tags: [w.cjs ? 'cjs-throws' : 'throws'] });
  }
  const heads = w.heads.filter((item) => item.kind !== 'code' || !r.chance(0.3) || !items.push(item));
  if (w.quiet) return [...heads, ...items];
  const start = { kind: 'code', code: `log('${w.id} starts');` };
  const strict = w.cjs && r.chance(0.3) ? [{ kind: 'code', code: "'use strict';" }] : [];
  return [...strict, ...(r.chance(0.8) ? [...heads, start] : [start, ...heads]), ...items, { kind: 'code', code: `log('${w.id} ends');` }];
}

/** Statements about the module's own names and the globals it does not hide. */
function own(w) {
  const { r } = w;
  // Nobody asks for these; they go away without a trace.
  for (let left = r.int(3); left > 0; left--) {
    const name = w.take({ kind: 'value' });
    w.decls.push({ kind: 'code', code: r.pick([`const ${name} = { pure: [1, () => 2] };`, `class ${name} { m() {} }`, `function ${name}() { return log('never'); }`, `const ${name} = /* @__PURE__ */ show(1);`, `let ${name} = class { static x = 1; };`]), gives: [name] });
  }
  const locals = [...w.locals.keys()];
  for (let left = r.int(4); left > 0; left--) {
    if (locals.length && r.chance(0.5)) {
      const name = r.pick(locals);
      look(w, r.pick([name, `typeof ${name}`]), { needs: [name], tags: ['own-tdz'] }, false);
    } else {
      const name = r.pick([...LOCALS, 'undeclared', 'window']);
      if (!w.locals.has(name)) look(w, `typeof ${name}`, { tags: ['globals'] }, true);
    }
  }
  if (r.chance(0.1)) look(w, w.cjs ? 'this === exports && module.exports === exports' : 'typeof this', { tags: ['this'] }, !w.cjs);
  if (!w.cjs && r.chance(0.1)) {
    const name = r.pick(['require', 'module', 'exports', '__filename']);
    if (!w.locals.has(name)) look(w, `typeof ${name}`, { tags: ['typeof-cjs'] }, true);
  }
}

/** What a graph has, for counting. */
export function traits(graph) {
  const all = graph.modules.map((module) => [module, JSON.stringify(module.items)]);
  const text = all.map(([, items]) => items).join('\n');
  const modules = new Map(graph.modules.map((module) => [module.id, module]));
  const next = (id) => (modules.get(id)?.items ?? []).flatMap((item) => [...(item.from ? [item.from] : []), ...(item.requires ?? [])]);
  const cyclic = graph.modules.some(({ id }) => next(id).some((other) => closure(other, next).has(id)));
  const resolver = new Resolver(graph);
  const conflict = graph.modules.some(({ id }) => [...closure(id, (at) => resolver.stars(at))].flatMap((at) => [...(resolver.own.get(at)?.keys() ?? [])]).some((name) => resolver.resolve(id, name) === 'ambiguous'));
  const waits = Skeleton.of(graph).modules.some((module) => module.ticks || module.top.length);
  return {
    tla: waits, cycle: cyclic, cjs: graph.modules.some((module) => module.cjs), import: /import\(</.test(text),
    throws: /"(cjs-)?throws"/.test(text), conflict, stars: /"star"/.test(text), entries: graph.entries.length > 1,
    namespace: /"\*"/.test(text), imports: graph.modules.some((module) => module.items.some((item) => givenBy(item).length)),
  };
}
