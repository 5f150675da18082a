//! Stage 4: which module goes to which chunk.
//!
//! In: `ModuleGraph`, `Linked`. Out: `ChunkPlan`.
//! Invariants: every included module is in exactly one chunk; a module is in a chunk that every root needing it loads;
//! a root loads nothing that it does not need, except what was merged on purpose, which nobody notices (`unneeded`), or
//! stands in a chunk that the user named (`manual`), of which it evaluates nothing; style sheets apply in the order of the
//! language (`sheets`); named chunks are merged with nothing and import nothing that can change without them; pieces of a
//! chunk that was too large import each other in one direction; the plan depends on the graph alone.
//! Not here: names of files (`seal`), names of symbols and imports between chunks (`script`).
//! Start at: [`split`], which also says what the order of the language demands of the next linking.

mod cut;
mod effects;
mod hazards;
mod manual;
mod merge;
mod reach;
mod sheets;
mod survival;
#[cfg(test)]
mod tests;
mod unneeded;

pub use manual::unmatched;

use crate::base::{ChunkId, IndexVec, ModuleId};
use crate::config::Options;
use crate::model::{Chunk, ChunkKind, ChunkPlan, EntryKind, Linked, ModuleGraph, ModuleLink, Repairs, Wrap};
use effects::Effect;
use manual::Named;
use reach::Reach;
use survival::Survival;

/// A root: something that is loaded on its own.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub(crate) struct Root {
    kind: ChunkKind,
    module: ModuleId,
    /// Its namespace object is seen by somebody, so that its chunk must not export anything else.
    observed: bool,
}

/// Lays out the chunks. Also what the repairs must become for every root to evaluate its modules in the order of the
/// language: the same as before when nothing is out of order.
pub fn split(graph: &ModuleGraph, linked: &Linked, options: &Options, repairs: &Repairs) -> (ChunkPlan, Repairs) {
    let roots = roots(graph, linked, options);
    let reach = Reach::new(linked, &roots);
    let named = Named::new(graph, linked, options);
    let available = reach.available(graph, linked, &roots);
    let effects = effects::effects(graph, linked);
    let failing = effects::failing(graph, linked);
    let loaded = (!named.is_empty()).then(|| Reach::with_chunks(linked, &roots, &named));
    let imports = graph.modules.iter().map(hazards::imports).collect();
    let inputs = survival::Inputs { graph, linked, imports: &imports, roots: &roots, reach: &reach, failing: &failing };
    let survival = Survival::new(&inputs);
    let placement = loaded.as_ref().unwrap_or(&reach).place(&roots, &available, &failing, &survival);
    // Minified code has about half the bytes of its source.
    let source_bytes = |bytes: u64| if options.minified() { bytes.saturating_mul(2) } else { bytes };
    let min_bytes = options.chunking.min_bytes.unwrap_or_default() * 2;
    let inputs = unneeded::Inputs {
        graph,
        linked,
        imports: &imports,
        roots: &roots,
        reach: &reach,
        available: &available,
        effects: &effects,
    };
    let (welcome, lost) = (unneeded::welcome(&inputs), unneeded::lost(&inputs, &failing));
    let inputs = merge::Inputs {
        graph,
        linked,
        roots: &roots,
        placement: &placement,
        available: &available,
        welcome: &welcome,
        lost: &lost,
        named: &named,
        min_bytes,
    };
    let mut groups = merge::groups(&inputs);
    if let Some(max) = options.chunking.max_bytes {
        groups = cut::cut(graph, linked, groups, source_bytes(max));
    }
    let mut plan = ChunkPlan { chunk_of: graph.modules.iter().map(|_| None).collect(), ..ChunkPlan::default() };
    let root_chunks = root_chunks(graph, &roots, &mut plan);
    fill(groups, &named, &root_chunks, &mut plan);
    finish(linked, &roots, &mut plan);
    let uncertain = is_uncertain(graph, linked, &effects, &failing);
    let done = if uncertain { reach.done(graph, linked, &roots, &failing, &survival) } else { Vec::new() };
    let modules: Vec<ModuleId> = roots.iter().map(|root| root.module).collect();
    let inputs = hazards::Inputs {
        graph,
        linked,
        imports: &imports,
        plan: &plan,
        options,
        roots: &modules,
        reach: &reach,
        available: &available,
        done: &done,
        effects: &effects,
        failing: &failing,
        survival: &survival,
        named: (!named.is_empty()).then_some(&named),
    };
    let found = hazards::hazards(&inputs, repairs);
    if found == *repairs {
        let inputs = sheets::Inputs { graph, linked, imports: &imports, roots: &roots, available: &available };
        sheets::lay_out(&inputs, &mut plan);
    }
    (plan, found)
}

/// What is loaded before a root may not have been evaluated: something waits, may fail, or is perhaps never required.
fn is_uncertain(
    graph: &ModuleGraph,
    linked: &Linked,
    effects: &IndexVec<ModuleId, Effect>,
    failing: &IndexVec<ModuleId, bool>,
) -> bool {
    let perhaps = |(id, link): (ModuleId, &ModuleLink)| {
        link.included && link.wrap != Wrap::None && !link.eager && effects[id] == Effect::Sensitive
    };
    graph.modules.iter().any(|module| module.facts.top_level_await)
        || failing.iter().any(|fails| *fails)
        || linked.modules.iter_ids().any(perhaps)
}

/// Entries in order, then the targets of live `import()`s in order of evaluation.
fn roots(graph: &ModuleGraph, linked: &Linked, options: &Options) -> Vec<Root> {
    let mut out: Vec<Root> = linked
        .entries
        .iter()
        .map(|entry| Root {
            kind: ChunkKind::Entry(*entry),
            module: graph.entries[*entry].module,
            observed: graph.entries[*entry].kind == EntryKind::User,
        })
        .collect();
    if options.splits() {
        let mut dynamic: Vec<(u32, ModuleId)> = linked
            .modules
            .iter()
            .filter(|link| link.included)
            .flat_map(|link| link.dynamic.iter().map(|(_, target)| (linked.modules[*target].order, *target)))
            .collect();
        dynamic.sort_unstable();
        dynamic.dedup();
        for (_, module) in dynamic {
            // Whoever loads it takes the namespace object, or the wrapper, out of the chunk's exports.
            let link = &linked.modules[module];
            let hidden = link.needs_namespace || link.wrap == Wrap::CommonJs || !options.imports_chunks();
            if hidden || !out.iter().any(|root| root.module == module && root.observed) {
                out.push(Root { kind: ChunkKind::Dynamic(module), module, observed: !hidden });
            }
        }
    }
    out
}

fn root_chunks(graph: &ModuleGraph, roots: &[Root], plan: &mut ChunkPlan) -> Vec<ChunkId> {
    plan.entry_chunks = vec![ChunkId(u32::MAX); graph.entries.len()];
    roots
        .iter()
        .map(|root| {
            let name = match root.kind {
                ChunkKind::Entry(entry) => graph.entries[entry].name.clone(),
                _ => stem(&graph.modules[root.module].name),
            };
            let id = plan.chunks.push(Chunk {
                kind: root.kind,
                name,
                modules: Vec::new(),
                static_imports: Vec::new(),
                sheets: Vec::new(),
            });
            match root.kind {
                ChunkKind::Entry(entry) => {
                    plan.entry_chunks[entry] = id;
                    plan.dynamic_chunks.entry(root.module).or_insert(id);
                }
                _ => {
                    plan.dynamic_chunks.insert(root.module, id);
                }
            }
            id
        })
        .collect()
}

/// `src/routes/Cart.tsx` → `Cart`; `index` files take the name of their folder.
fn stem(name: &str) -> String {
    let path = name.split('?').next().unwrap_or(name);
    let mut parts = path.rsplit('/');
    let file = parts.next().unwrap_or(path);
    let stem = file.split('.').next().filter(|stem| !stem.is_empty()).unwrap_or("chunk");
    let chosen = if stem == "index" { parts.next().unwrap_or(stem) } else { stem };
    let clean: String =
        chosen.chars().map(|c| if c.is_ascii_alphanumeric() || matches!(c, '-' | '_') { c } else { '_' }).collect();
    if clean.is_empty() || clean.chars().all(|c| c == '_') { "chunk".into() } else { clean }
}

/// Modules needed by exactly one root go to its chunk; the others to one chunk per group.
fn fill(groups: Vec<merge::Group>, named: &Named, root_chunks: &[ChunkId], plan: &mut ChunkPlan) {
    for group in groups {
        let chunk = match group.place {
            merge::Place::Root(root) => root_chunks[root],
            place => plan.chunks.push(Chunk {
                kind: ChunkKind::Shared,
                name: match place {
                    merge::Place::Named(chunk) => named.names[chunk].clone(),
                    _ => "chunk".into(),
                },
                modules: Vec::new(),
                static_imports: Vec::new(),
                sheets: Vec::new(),
            }),
        };
        for module in &group.modules {
            plan.chunk_of[*module] = Some(chunk);
        }
        plan.chunks[chunk].modules = group.modules;
    }
}

/// Static imports between chunks.
fn finish(linked: &Linked, roots: &[Root], plan: &mut ChunkPlan) {
    let direct: Vec<Vec<ChunkId>> = plan
        .chunks
        .iter_ids()
        .map(|(id, chunk)| {
            let mut found: Vec<(u32, ChunkId)> = Vec::new();
            let own_root = roots.iter().filter(|root| root.kind == chunk.kind && chunk.kind != ChunkKind::Shared);
            let needed =
                chunk.modules.iter().flat_map(|module| linked.modules[*module].dependencies.iter().copied()).chain(
                    own_root.flat_map(|root| {
                        // A facade needs what its module's exports are bound to.
                        std::iter::once(root.module).chain(linked.modules[root.module].dependencies.iter().copied())
                    }),
                );
            for module in needed {
                if let Some(target) = plan.chunk_of[module].filter(|target| *target != id) {
                    found.push((linked.modules[module].order, target));
                }
            }
            dedup_by_first(found)
        })
        .collect();
    for id in plan.chunks.ids().collect::<Vec<_>>() {
        plan.chunks[id].static_imports = closure(id, &direct);
    }
}

fn dedup_by_first(mut found: Vec<(u32, ChunkId)>) -> Vec<ChunkId> {
    found.sort_unstable();
    let mut out = Vec::new();
    for (_, chunk) in found {
        if !out.contains(&chunk) {
            out.push(chunk);
        }
    }
    out
}

/// Everything reachable, dependencies before dependents.
fn closure(root: ChunkId, direct: &[Vec<ChunkId>]) -> Vec<ChunkId> {
    let mut seen = vec![false; direct.len()];
    seen[root.0 as usize] = true;
    let mut out = Vec::new();
    let mut stack = vec![(root, 0usize)];
    while let Some((chunk, at)) = stack.last_mut() {
        match direct[chunk.0 as usize].get(*at).copied() {
            Some(next) => {
                *at += 1;
                if !std::mem::replace(&mut seen[next.0 as usize], true) {
                    stack.push((next, 0));
                }
            }
            None => {
                if *chunk != root {
                    out.push(*chunk);
                }
                stack.pop();
            }
        }
    }
    out
}
