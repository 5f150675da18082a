//! Whether every root evaluates its modules in the order of the language, and what to change where it does not.
//!
//! Chunks are evaluated whole, so that a module shared by several roots may run before something that should precede
//! it. Both orders are computed for every root, the one of the language and the one of the output; a module that would
//! run early is wrapped and called by its importers.

use super::effects::{self, Effect};
use super::reach::Reach;
use crate::base::{ChunkId, IndexVec, ModuleId};
use crate::config::{Format, Options};
use crate::model::{ChunkPlan, Linked, ModuleGraph, Repairs, Target, Wrap};

/// What `repairs` must become. The same as before when nothing is out of order.
pub fn hazards(
    graph: &ModuleGraph,
    linked: &Linked,
    plan: &ChunkPlan,
    options: &Options,
    repairs: &Repairs,
) -> Repairs {
    let mut out = repairs.clone();
    let roots = super::roots(graph, linked, options);
    let reach = Reach::new(linked, &roots);
    let loaded = reach.available(graph, linked, &roots);
    let roots: Vec<(ChunkId, ModuleId)> =
        roots.iter().enumerate().map(|(at, root)| (ChunkId(at as u32), root.module)).collect();
    let waits = |id: ModuleId| {
        graph.modules[id].facts.top_level_await && linked.modules[id].included && !linked.modules[id].concurrent
    };
    let waiting = graph.modules.ids().any(waits);
    let wrapped = linked.modules.iter().any(|link| link.included && link.wrap == Wrap::Esm);
    if roots.len() < 2 && !waiting && !wrapped {
        return out;
    }
    let effects = effects::effects(graph, linked);
    for ((chunk, root), loaded) in roots.iter().zip(&loaded) {
        // What certainly ran before, for the target of an `import()`.
        let done: Vec<bool> =
            graph.modules.ids().map(|id| loaded.as_ref().is_some_and(|loaded| loaded.has(id.0 as usize))).collect();
        let order: Vec<ModuleId> = expected(graph, *root).into_iter().filter(|id| !done[id.0 as usize]).collect();
        if waiting && is_concurrent(graph, linked, options, &effects, &order, waits) {
            let asynchronous = order.iter().filter(|id| linked.modules[**id].asynchronous);
            out.wrapped.extend(asynchronous.filter(|id| linked.modules[**id].included));
            // A root is called at the end of its chunk.
            out.deferred.insert(*root);
            continue;
        }
        for module in behind_failure(graph, linked, &reach, &order) {
            if effects[module] != Effect::None || !called(graph, linked, module).is_empty() {
                defer(graph, linked, module, &mut out);
            }
        }
        let mut run = Run { graph, linked, done, actual: Vec::new() };
        run.chunks(plan, *chunk, *root);
        for module in early(&run, &order, &effects) {
            defer(graph, linked, module, &mut out);
        }
    }
    out
}

/// Modules standing in a chunk that make something run before what should precede it.
fn early(run: &Run<'_>, order: &[ModuleId], effects: &IndexVec<ModuleId, Effect>) -> Vec<ModuleId> {
    let mut rank = vec![u32::MAX; run.done.len()];
    for (at, id) in order.iter().enumerate() {
        rank[id.0 as usize] = at as u32;
    }
    // What was dropped on the way to a module leaves no gap.
    let ran = |id: &&ModuleId| run.done[id.0 as usize];
    let mut firsts = order.iter().filter(ran).filter(|id| effects[**id] == Effect::Sensitive).peekable();
    let mut seen = vec![false; run.done.len()];
    let mut out = Vec::new();
    for (module, trigger) in &run.actual {
        seen[module.0 as usize] = true;
        while firsts.next_if(|first| seen[first.0 as usize]).is_some() {}
        let late = firsts.peek().is_some_and(|first| rank[first.0 as usize] < rank[module.0 as usize]);
        if let Some(trigger) = trigger.filter(|_| late && effects[*module] != Effect::None) {
            out.push(trigger);
        }
    }
    out
}

/// Modules that stand in chunks, after one which waits and may have failed for another root before: then nothing may run
/// them, so that their importers must call them.
fn behind_failure(graph: &ModuleGraph, linked: &Linked, reach: &Reach, order: &[ModuleId]) -> Vec<ModuleId> {
    let fails =
        |id: &ModuleId| linked.modules[*id].concurrent && reach.shared(*id) && effects::throws(graph, linked, *id);
    let standing = |id: &&ModuleId| {
        let link = &linked.modules[**id];
        link.included && (link.wrap == Wrap::None || link.eager)
    };
    order.iter().skip_while(|id| !fails(id)).skip(1).filter(standing).copied().collect()
}

fn defer(graph: &ModuleGraph, linked: &Linked, module: ModuleId, out: &mut Repairs) {
    if graph.runtime == Some(module) {
        return;
    }
    if linked.modules[module].wrap == Wrap::None {
        out.wrapped.insert(module);
    }
    out.deferred.insert(module);
}

fn imports(graph: &ModuleGraph, id: ModuleId) -> Vec<ModuleId> {
    let module = &graph.modules[id];
    let targets = module.facts.import_order.iter().map(|record| &module.targets[*record as usize]);
    targets.filter_map(|target| if let Target::Module(target) = target { Some(*target) } else { None }).collect()
}

/// The order of the language: depth first along static imports.
fn expected(graph: &ModuleGraph, root: ModuleId) -> Vec<ModuleId> {
    let mut done = vec![false; graph.modules.len()];
    let mut out = Vec::new();
    // What is injected runs before everything.
    for start in graph.injected.iter().copied().chain([root]) {
        post_order(start, &mut done, |id| imports(graph, id), |id| out.push(id));
    }
    out
}

/// Visits dependencies before dependents, without recursion: chains of imports may be long.
fn post_order(
    root: ModuleId,
    done: &mut [bool],
    children: impl Fn(ModuleId) -> Vec<ModuleId>,
    mut leave: impl FnMut(ModuleId),
) {
    if std::mem::replace(&mut done[root.0 as usize], true) {
        return;
    }
    let mut stack = vec![(root, children(root), 0)];
    while let Some((module, below, at)) = stack.last_mut() {
        match below.get(*at).copied() {
            Some(child) => {
                *at += 1;
                if !std::mem::replace(&mut done[child.0 as usize], true) {
                    stack.push((child, children(child), 0));
                }
            }
            None => {
                leave(*module);
                stack.pop();
            }
        }
    }
}

/// Waiting where the `await` stands would hold up modules that do not depend on it, or the format cannot wait; or a
/// module that fails after it would take others with it.
fn is_concurrent(
    graph: &ModuleGraph,
    linked: &Linked,
    options: &Options,
    effects: &IndexVec<ModuleId, Effect>,
    order: &[ModuleId],
    waits: impl Fn(ModuleId) -> bool,
) -> bool {
    let mut waited = false;
    for (at, id) in order.iter().enumerate() {
        let here = waits(*id);
        waited |= here;
        let throws = waited && effects::throws(graph, linked, *id);
        if !(here || throws) {
            continue;
        }
        if options.format != Format::Esm {
            return true;
        }
        // Everything after it must depend on it.
        let mut depends = vec![false; graph.modules.len()];
        depends[order[at].0 as usize] = true;
        for id in &order[at + 1..] {
            let dependent = imports(graph, *id).iter().any(|target| depends[target.0 as usize]);
            depends[id.0 as usize] = dependent;
            if !dependent && effects[*id] == Effect::Sensitive {
                return true;
            }
        }
        // In a cycle, something before it may wait for it.
        let before = &order[..at];
        if before.iter().any(|id| imports(graph, *id).iter().any(|target| depends[target.0 as usize])) {
            return true;
        }
    }
    false
}

/// Wrapped modules that the import statements of a module call.
fn called(graph: &ModuleGraph, linked: &Linked, id: ModuleId) -> Vec<ModuleId> {
    let inline = linked.modules[id].wrap == Wrap::None;
    let calls = |target: &ModuleId| {
        let link = &linked.modules[*target];
        match link.wrap {
            _ if !link.included => false,
            Wrap::None => false,
            Wrap::Esm => !(inline && link.eager),
            Wrap::CommonJs => linked.own_view(id, *target),
        }
    };
    if linked.modules[id].wrap == Wrap::CommonJs {
        return Vec::new();
    }
    imports(graph, id).into_iter().filter(calls).collect()
}

/// The output at run time, as far as order goes.
struct Run<'a> {
    graph: &'a ModuleGraph,
    linked: &'a Linked,
    done: Vec<bool>,
    /// Modules in the order in which they run, each with the one standing in a chunk that made it run; none for what
    /// the call of a root at the end of its chunk runs.
    actual: Vec<(ModuleId, Option<ModuleId>)>,
}

impl Run<'_> {
    fn chunks(&mut self, plan: &ChunkPlan, chunk: ChunkId, root: ModuleId) {
        for id in plan.chunks[chunk].static_imports.iter().copied().chain([chunk]) {
            for module in &plan.chunks[id].modules {
                let link = &self.linked.modules[*module];
                match link.wrap {
                    _ if self.done[module.0 as usize] => {}
                    Wrap::None => {
                        for called in called(self.graph, self.linked, *module) {
                            self.call(called, Some(*module));
                        }
                        self.done[module.0 as usize] = true;
                        self.actual.push((*module, Some(*module)));
                    }
                    _ if link.eager => self.call(*module, Some(*module)),
                    _ => {}
                }
            }
        }
        if self.linked.modules[root].wrap != Wrap::None {
            self.call(root, None);
        }
    }

    fn call(&mut self, module: ModuleId, trigger: Option<ModuleId>) {
        let mut done = std::mem::take(&mut self.done);
        let mut ran = Vec::new();
        post_order(module, &mut done, |id| called(self.graph, self.linked, id), |id| ran.push((id, trigger)));
        self.done = done;
        self.actual.extend(ran);
    }
}
