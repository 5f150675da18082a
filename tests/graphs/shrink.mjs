// Smaller graphs that still fail: without a module, an entry, a run of statements, a name of an import.
import { prune } from './model.mjs';
import { Skeleton } from './skeleton.mjs';

function* smaller(graph) {
  for (const id of graph.entries.length > 1 ? [...graph.entries].reverse() : []) {
    const next = structuredClone(graph);
    next.entries = next.entries.filter((entry) => entry !== id);
    yield next;
  }
  for (const { id } of [...graph.modules].reverse()) {
    if (graph.entries.includes(id)) continue;
    const next = structuredClone(graph);
    next.modules = next.modules.filter((module) => module.id !== id);
    yield next;
  }
  for (const [m, module] of graph.modules.entries()) {
    for (let size = module.items.length; size >= 1; size = size >> 1) {
      for (let at = module.items.length - size; at >= 0; at -= size) {
        const next = structuredClone(graph);
        next.modules[m].items.splice(at, size);
        yield next;
      }
    }
  }
  for (const [m, module] of graph.modules.entries()) {
    for (const [i, item] of module.items.entries()) {
      for (const list of ['names', 'body']) {
        for (let at = (item[list]?.length ?? 0) - 1; at >= 0; at--) {
          const next = structuredClone(graph);
          next.modules[m].items[i][list].splice(at, 1);
          yield next;
        }
      }
      if (item.kind === 'import' && item.names.length === 0) continue;
      if (item.kind === 'star' || item.kind === 'from' || item.kind === 'import') {
        const next = structuredClone(graph);
        next.modules[m].items[i] = { kind: 'import', from: item.from, names: [] };
        yield next;
      }
    }
  }
}

const size = (graph) => JSON.stringify(graph).length;

/** `fails(graph)` says whether a graph still shows the difference. */
export async function shrink(graph, fails, budget = 400) {
  let best = graph;
  let left = budget;
  for (let better = true; better && left > 0; ) {
    better = false;
    for (const next of smaller(best)) {
      const candidate = prune(next);
      if (size(candidate) >= size(best)) continue;
      if (!Skeleton.of(candidate).calm()) continue;
      if (left-- <= 0) break;
      if (!(await fails(candidate))) continue;
      best = candidate;
      better = true;
      break;
    }
  }
  return best;
}
