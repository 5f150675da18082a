// Which modules there are, who names whom, and who waits: everything of a graph but its statements.
import { closure, itemsOf, staticTargets } from './model.mjs';

/** Static, awaited at top level, later: edges with what they mean for time. */
export class Skeleton {
  constructor(r) {
    this.r = r;
    this.profile = r.pick(['plain', 'plain', 'ticks', 'ticks', 'dynamic', 'dynamic', 'dynamic']);
    const count = r.chance(0.12) ? r.between(8, 20) : r.between(2, 9);
    const entries = Math.min(count, r.pick([1, 1, 1, 1, 2, 2, 3]));
    const cjs = r.pick([0, 0, 0.2, 0.5]);
    const backward = r.pick([0, 0, 0, 0.2, 0.4]);
    const lazy = this.profile === 'dynamic' ? 0.4 : r.pick([0, 0, 0.15]);
    this.modules = Array.from({ length: count }, (_, i) => ({
      id: `${i < entries ? 'e' : 'm'}${i}`, order: i, entry: i < entries, cjs: i >= entries && r.chance(cjs),
      to: new Set(), top: [], late: [], soon: [], ticks: false, throws: false,
    }));
    this.byId = new Map(this.modules.map((module) => [module.id, module]));
    this.link(entries, backward, lazy);
    this.throwers();
    if (this.profile === 'ticks') this.ticking(r.pick([0.3, 0.6, 0.9]));
    this.dynamic();
    if (this.profile === 'dynamic') this.ticking(0.25);
  }

  /** Read back from statements, so that what the shrinker leaves can be asked whether it is calm. */
  static of(graph) {
    const out = Object.create(Skeleton.prototype);
    out.modules = graph.modules.map((module, order) => ({ id: module.id, order, entry: graph.entries.includes(module.id), cjs: module.cjs, ...waiting(module) }));
    out.byId = new Map(out.modules.map((module) => [module.id, module]));
    return out;
  }

  link(entries, backward, lazy) {
    const { r, modules } = this;
    for (const module of modules.slice(entries)) {
      const before = modules.slice(0, module.order).filter((other) => module.cjs || !other.cjs);
      const from = r.chance(0.5) ? before[before.length - 1] : r.pick(before);
      if (r.chance(lazy)) this.wish(r.pick(modules), module);
      else from.to.add(module.id);
    }
    for (let left = r.int(Math.ceil(modules.length * 1.3)); left > 0; left--) {
      const [a, b] = [r.pick(modules), r.pick(modules)];
      const [from, to] = a.order < b.order === !r.chance(backward) ? [a, b] : [b, a];
      if ((from.order < to.order || backward) && (!from.cjs || to.cjs)) from.to.add(to.id);
    }
    const dynamic = this.profile === 'dynamic' ? r.int(modules.length) : r.chance(0.2) ? 1 : 0;
    for (let left = dynamic; left > 0; left--) this.wish(r.pick(modules), r.pick(modules));
  }

  wish(from, to) {
    (this.wishes ??= []).push([from, to]);
  }

  throwers() {
    const { r, modules } = this;
    if (!r.chance(0.22)) return;
    for (let left = r.between(1, 2); left > 0; left--) {
      const module = r.pick(modules);
      module.throws = !module.entry || r.chance(0.3);
      if (!this.calm()) module.throws = false;
    }
  }

  ticking(share) {
    for (const module of this.modules.filter((module) => !module.cjs && this.r.chance(share))) {
      module.ticks = true;
      if (!this.calm()) module.ticks = false;
    }
  }

  dynamic() {
    const { r } = this;
    for (const [from, to] of this.wishes ?? []) {
      const way = from.cjs ? r.pick(['late', 'late', 'soon']) : r.pick(['top', 'top', 'top', 'late', 'late', 'soon']);
      if (way !== 'late') {
        from[way].push(to.id);
        if (this.waits(to.id).has(from.id) && way === 'top') from.top.pop();
        else if (this.calm()) continue;
        else from[way].pop();
      }
      from.late.push(to.id);
    }
  }

  static(id) {
    return closure(id, (at) => this.byId.get(at).to);
  }

  /** What has to be evaluated before `id` is. */
  waits(id) {
    return closure(id, (at) => [...this.byId.get(at).to, ...this.byId.get(at).top]);
  }

  /** In a static cycle with another or itself. */
  cyclic(a, b) {
    return this.static(a).has(b) && this.static(b).has(a);
  }

  mayThrow(id) {
    return [...this.static(id)].some((at) => this.byId.get(at).throws);
  }

  /** Reached once: Node takes a CommonJS module that threw for evaluated when another root imports it. */
  lonely(module) {
    const roots = this.modules.filter(({ id, entry }) => entry || this.modules.some(({ top, late, soon }) => [...top, ...late, ...soon].includes(id)) || this.wishes?.some(([, to]) => to.id === id));
    const above = roots.filter(({ id }) => this.static(id).has(module.id));
    const importers = this.modules.filter(({ to, cjs }) => !cjs && to.has(module.id));
    return above.length <= 1 && importers.length <= 1;
  }

  /** No two things wait at the same time, unless the language says tick by tick how they go on. */
  calm() {
    const reach = new Map(this.modules.map(({ id }) => [id, this.static(id)]));
    // In a circle, who waits for whom depends on where it is entered.
    const straight = (at) => [...this.byId.get(at).to].filter((to) => !reach.get(to)?.has(at));
    const after = new Map(this.modules.map(({ id }) => [id, closure(id, straight)]));
    const ordered = (a, b) => after.get(a.id).has(b.id) !== after.get(b.id).has(a.id);
    const targets = new Set(this.modules.flatMap(({ top, late, soon }) => [...top, ...late, ...soon]).concat((this.wishes ?? []).map(([, to]) => to.id)));
    const within = (id) => [...reach.get(id)].map((at) => this.byId.get(at));
    if (this.modules.some((module) => module.cjs && module.throws && !this.lonely(module))) return false;
    const soon = this.modules.filter((module) => module.soon.length);
    if (soon.length > 1 || soon.some((module) => module.soon.length > 1)) return false;
    return this.modules.every((root) => {
      if (!root.entry && !targets.has(root.id)) return true;
      const all = within(root.id);
      const waiting = all.filter((module) => module.ticks || module.top.length);
      const importing = waiting.filter((module) => module.top.length);
      const throwing = all.filter((module) => module.throws);
      const lone = (module, others) => others.every((other) => other === module || ordered(module, other));
      if (all.some((module) => module.soon.length) && (waiting.length || targets.has(root.id))) return false;
      return importing.every((module) => lone(module, waiting)) && throwing.every((module) => lone(module, targets.has(root.id) ? waiting : importing));
    });
  }
}

/** What the statements of a module wait for. */
function waiting(module) {
  const at = (items, wanted) => items.filter(wanted).flatMap((item) => item.mods ?? []);
  const isLater = (item) => item.body || /^(later|soon)\(/.test(item.code ?? '');
  const waits = module.cjs ? [] : module.items.filter((item) => !isLater(item) && /\bawait\b/.test(item.code ?? ''));
  const isSoon = (item) => /^soon\(/.test(item.code ?? '');
  const throwing = module.items.some((item) => item.tags?.some((tag) => tag.endsWith('throws')));
  return {
    to: new Set(staticTargets(module)), top: at(waits, () => true), soon: at(module.items, isSoon),
    late: at(itemsOf(module), (item) => !isSoon(item)), ticks: waits.some((item) => !item.mods), throws: throwing,
  };
}
