//! Whether every root evaluates its modules in the order of the language, and what to change where it does not.
//!
//! Chunks are evaluated whole, so that a module shared by several roots may run before something that should precede
//! it. Both orders are computed for every root, the one of the language and the one of the output; a module that would
//! run early is wrapped and called by its importers.

mod moved;

use super::effects::{self, Effect};
use super::manual::Named;
use super::reach::{Bits, Reach};
use super::survival::Survival;
use super::unneeded;
use crate::base::{ChunkId, IndexVec, Lists, ModuleId};
use crate::config::{Format, Options};
use crate::model::{ChunkPlan, Linked, Module, ModuleGraph, Repairs, Target, Wrap};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

pub(super) struct Inputs<'a> {
    pub graph: &'a ModuleGraph,
    pub linked: &'a Linked,
    pub imports: &'a Imports,
    pub plan: &'a ChunkPlan,
    pub options: &'a Options,
    /// Of the first chunks of the plan, in order.
    pub roots: &'a [ModuleId],
    pub reach: &'a Reach,
    /// As [`Reach::available`].
    pub available: &'a [Option<Bits>],
    /// As [`Reach::done`]; empty when nothing waits, may fail, or is perhaps never required.
    pub done: &'a [Option<Bits>],
    pub effects: &'a IndexVec<ModuleId, Effect>,
    /// As [`effects::failing`]: what may fail does not count as done, unless the root survives it.
    pub failing: &'a IndexVec<ModuleId, bool>,
    pub survival: &'a Survival,
    /// Chunks that the user named, if there are any.
    pub named: Option<&'a Named>,
}

/// What `repairs` must become. The same as before when nothing is out of order. What a repair changes is followed here
/// as far as it can be seen in the present plan, since linking anew for each would take long.
pub(super) fn hazards(inputs: &Inputs<'_>, repairs: &Repairs) -> Repairs {
    let Inputs { graph, linked, plan, effects, .. } = *inputs;
    let waiting = graph.modules.ids().any(|id| waits(graph, linked, id));
    let wrapped = linked.modules.iter().any(|link| link.included && link.wrap == Wrap::Esm);
    if inputs.roots.len() < 2 && !waiting && !wrapped && inputs.named.is_none() {
        return repairs.clone();
    }
    let mut standing = Standing::new(graph, linked, inputs.imports, repairs);
    if let Some(named) = inputs.named {
        moved::defer(inputs, named, &mut standing);
    }
    let roots: Vec<(usize, ModuleId)> = inputs.roots.iter().copied().enumerate().take(inputs.available.len()).collect();
    let look = |(at, root): &(usize, ModuleId)| Checked::new(inputs, *at, *root, waiting);
    let mut checked: Vec<Checked> = roots.par_iter().map(look).collect();
    for found in &checked {
        if found.concurrent {
            let asynchronous = found.order.iter().filter(|id| linked.modules[**id].asynchronous);
            standing.repairs.wrapped.extend(asynchronous.filter(|id| linked.modules[**id].included));
            // A root is called at the end of its chunk.
            standing.repairs.deferred.insert(found.root);
            continue;
        }
        for module in behind_failure(graph, linked, inputs.reach, &found.order) {
            if effects[module] != Effect::None || standing.called(module).next().is_some() {
                standing.defer(module);
            }
        }
    }
    checked.retain(|found| !found.concurrent);
    let unneeded = checked.iter().flat_map(|found| found.unneeded(plan, effects)).collect();
    let rules = Rules {
        effects,
        preceding: unneeded::preceding(graph, inputs.imports, inputs.roots, effects, &unneeded),
        readers: effects::readers(graph, linked, effects),
    };
    let early = |found: &Checked, standing: &Standing<'_>| found.early(plan, standing, &rules);
    // Nothing was repaired in its chunks since it was found to be right.
    let mut right = vec![false; checked.len()];
    loop {
        let before = standing.repairs.deferred.len();
        let is_right = |(right, found): (&mut bool, &Checked)| {
            *right = *right || early(found, &standing).is_empty();
        };
        right.par_iter_mut().zip(&checked).for_each(is_right);
        for at in 0..checked.len() {
            if right[at] {
                continue;
            }
            for module in early(&checked[at], &standing) {
                standing.defer(module);
                let chunk = plan.chunk_of[module];
                let touched = checked.iter().map(|found| chunk.is_some_and(|chunk| found.loads(plan, chunk)));
                right.iter_mut().zip(touched).for_each(|(right, touched)| *right &= !touched);
            }
        }
        if standing.repairs.deferred.len() == before {
            return standing.repairs;
        }
    }
}

/// A root, and what is to be seen when it is loaded.
struct Checked {
    chunk: ChunkId,
    root: ModuleId,
    /// By module: ran before.
    done: Vec<bool>,
    /// The order of the language, without those.
    order: Vec<ModuleId>,
    /// Its modules must wait side by side.
    concurrent: bool,
}

impl Checked {
    fn new(inputs: &Inputs<'_>, at: usize, root: ModuleId, waiting: bool) -> Self {
        let Inputs { graph, linked, imports, effects, plan, .. } = *inputs;
        // What ran before, for the target of an `import()`. What only a `require()` loads, which may never run, has
        // perhaps not run yet, and what stands behind something that may have failed neither.
        let available = inputs.available[at].as_ref();
        let ran = inputs.done.get(at).map_or(available, Option::as_ref);
        let has = |id: ModuleId| {
            let certain = !inputs.failing[id] || inputs.survival.survived(at, inputs.reach.of(id));
            certain && [available, ran].iter().all(|of| of.is_some_and(|of| of.has(id.0 as usize)))
        };
        let done: Vec<bool> = graph.modules.ids().map(has).collect();
        let mut order = expected(graph, imports, root);
        order.retain(|id| !done[id.0 as usize]);
        let concurrent = waiting && is_concurrent(inputs, imports, &order);
        let concurrent = concurrent || is_overtaken(linked, plan, effects, &order);
        Checked { chunk: ChunkId(at as u32), root, done, order, concurrent }
    }

    fn loads(&self, plan: &ChunkPlan, chunk: ChunkId) -> bool {
        chunk == self.chunk || plan.chunks[self.chunk].static_imports.contains(&chunk)
    }

    /// What it loads without needing it, and makes values.
    fn unneeded(&self, plan: &ChunkPlan, effects: &IndexVec<ModuleId, Effect>) -> Vec<ModuleId> {
        let mut needed = self.done.clone();
        self.order.iter().for_each(|id| needed[id.0 as usize] = true);
        let chunks = plan.chunks[self.chunk].static_imports.iter();
        let loaded = chunks.flat_map(|chunk| &plan.chunks[*chunk].modules);
        loaded.filter(|id| effects[**id] == Effect::Own && !needed[id.0 as usize]).copied().collect()
    }

    /// As [`early`], when the chunk of the root is loaded.
    fn early(&self, plan: &ChunkPlan, standing: &Standing<'_>, rules: &Rules<'_>) -> Vec<ModuleId> {
        let mut run = Run { standing, done: self.done.clone(), actual: Vec::new() };
        run.chunks(plan, self.chunk, self.root);
        early(&run, &self.order, rules)
    }
}

/// Static imports, by module.
pub(super) type Imports = Lists<ModuleId, ModuleId>;

/// How modules stand in their chunks when what was found until now is repaired.
struct Standing<'a> {
    graph: &'a ModuleGraph,
    linked: &'a Linked,
    imports: &'a Imports,
    wraps: IndexVec<ModuleId, Wrap>,
    eager: IndexVec<ModuleId, bool>,
    repairs: Repairs,
}

impl<'a> Standing<'a> {
    fn new(graph: &'a ModuleGraph, linked: &'a Linked, imports: &'a Imports, repairs: &Repairs) -> Self {
        Standing {
            graph,
            linked,
            imports,
            wraps: linked.modules.iter().map(|link| link.wrap).collect(),
            eager: linked.modules.iter().map(|link| link.eager).collect(),
            repairs: repairs.clone(),
        }
    }

    /// The module is called by its importers, nowhere else.
    fn defer(&mut self, module: ModuleId) {
        if self.graph.modules[module].is_helper() {
            return;
        }
        if self.wraps[module] == Wrap::None {
            self.wraps[module] = Wrap::Esm;
            self.repairs.wrapped.insert(module);
        }
        self.eager[module] = false;
        self.repairs.deferred.insert(module);
    }

    /// The import statements of the one call the other, which is wrapped.
    fn calls(&self, importer: ModuleId, target: ModuleId) -> bool {
        let own = self.wraps[importer] != Wrap::None || !self.eager[target];
        self.linked.modules[target].included
            && self.wraps[importer] != Wrap::CommonJs
            && self.wraps[target] != Wrap::None
            && own
    }

    fn called(&self, importer: ModuleId) -> impl Iterator<Item = ModuleId> + '_ {
        self.imports[importer].iter().copied().filter(move |target| self.calls(importer, *target))
    }
}

/// What must run before what.
struct Rules<'a> {
    effects: &'a IndexVec<ModuleId, Effect>,
    /// As [`unneeded::preceding`].
    preceding: FxHashMap<ModuleId, Bits>,
    /// As [`effects::readers`].
    readers: FxHashMap<ModuleId, Vec<ModuleId>>,
}

/// Modules standing in a chunk that make something run before what should precede it, or that should not run at all.
fn early(run: &Run<'_>, order: &[ModuleId], rules: &Rules<'_>) -> Vec<ModuleId> {
    let Rules { effects, preceding, readers } = rules;
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
        let rank = |id: ModuleId| rank[id.0 as usize];
        let late = firsts.peek().is_some_and(|first| rank(**first) < rank(*module));
        let overtaken = |reader: &ModuleId| {
            let at = reader.0 as usize;
            run.done[at] && !seen[at] && rank(*reader) < rank(*module)
        };
        let overtakes = |id: ModuleId| readers.get(&id).is_some_and(|readers| readers.iter().any(overtaken));
        let missing = |before: &Bits| firsts.clone().any(|id| !seen[id.0 as usize] && before.has(id.0 as usize));
        // A `require()` loads what is imported only elsewhere.
        let wrong = match effects[*module] {
            Effect::None => false,
            // Not needed: what precedes it elsewhere must have run, if that runs here at all.
            Effect::Own if rank(*module) == u32::MAX => late && preceding.get(module).is_none_or(missing),
            Effect::Own => late,
            Effect::Sensitive => late || rank(*module) == u32::MAX || overtakes(*module),
        };
        out.extend(trigger.filter(|_| wrong));
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

/// What the import statements of a module lead to.
pub(super) fn imports(module: &Module) -> impl Iterator<Item = ModuleId> + '_ {
    let targets = module.facts.import_order.iter().map(|record| &module.targets[*record as usize]);
    targets.filter_map(|target| if let Target::Module(target) = target { Some(*target) } else { None })
}

/// The order of the language: depth first along static imports.
pub(super) fn expected(graph: &ModuleGraph, imports: &Imports, root: ModuleId) -> Vec<ModuleId> {
    let mut done = vec![false; graph.modules.len()];
    let mut out = Vec::new();
    // What is injected runs before everything.
    for start in graph.injected.iter().copied().chain([root]) {
        post_order(start, &mut done, imports, |_, _| true, |id| out.push(id));
    }
    out
}

/// Visits dependencies before dependents, without recursion: chains of imports may be long.
fn post_order(
    root: ModuleId,
    done: &mut [bool],
    imports: &Imports,
    follows: impl Fn(ModuleId, ModuleId) -> bool,
    mut leave: impl FnMut(ModuleId),
) {
    if std::mem::replace(&mut done[root.0 as usize], true) {
        return;
    }
    let mut stack = vec![(root, &imports[root])];
    while let Some((module, below)) = stack.last_mut() {
        match below.split_first() {
            Some((child, rest)) => {
                *below = rest;
                if follows(*module, *child) && !std::mem::replace(&mut done[child.0 as usize], true) {
                    stack.push((*child, &imports[*child]));
                }
            }
            None => {
                leave(*module);
                stack.pop();
            }
        }
    }
}

/// Its `await` stands where it stood.
fn waits(graph: &ModuleGraph, linked: &Linked, id: ModuleId) -> bool {
    let link = &linked.modules[id];
    graph.modules[id].facts.top_level_await && link.included && !link.concurrent
}

/// Waiting where the `await` stands would hold up modules that do not depend on it, or the format cannot wait; or a
/// module that fails after it would take others with it.
fn is_concurrent(inputs: &Inputs<'_>, imports: &Imports, order: &[ModuleId]) -> bool {
    let Inputs { graph, linked, options, effects, .. } = *inputs;
    let mut waited = false;
    for (at, id) in order.iter().enumerate() {
        let here = waits(graph, linked, *id);
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
            let dependent = imports[*id].iter().any(|target| depends[target.0 as usize]);
            depends[id.0 as usize] = dependent;
            if !dependent && effects[*id] == Effect::Sensitive {
                return true;
            }
        }
        // In a cycle, something before it may wait for it.
        let before = &order[..at];
        if before.iter().any(|id| imports[*id].iter().any(|target| depends[target.0 as usize])) {
            return true;
        }
    }
    false
}

/// Modules that stand in chunks wait for one that is called, and what decides who is heard first is not the order: one
/// of them stands before another that is called, or before one in a chunk that does not wait for its own.
fn is_overtaken(linked: &Linked, plan: &ChunkPlan, effects: &IndexVec<ModuleId, Effect>, order: &[ModuleId]) -> bool {
    let waits = |id: &&ModuleId| linked.modules[**id].included && linked.modules[**id].asynchronous;
    let is_called = |id: &ModuleId| linked.modules[*id].wrap == Wrap::Esm;
    let waiting: Vec<ModuleId> = order.iter().filter(waits).copied().collect();
    if !waiting.iter().any(is_called) {
        return false;
    }
    let mut heard = waiting.into_iter().filter(|id| effects[*id] != Effect::None).skip_while(is_called);
    let Some(mut before) = heard.next().and_then(|id| plan.chunk_of[id]) else { return false };
    for id in heard {
        let Some(chunk) = plan.chunk_of[id].filter(|_| !is_called(&id)) else { return true };
        if chunk != before && !plan.chunks[chunk].static_imports.contains(&before) {
            return true;
        }
        before = chunk;
    }
    false
}

/// The output at run time, as far as order goes.
struct Run<'a> {
    standing: &'a Standing<'a>,
    done: Vec<bool>,
    /// Modules in the order in which they run, each with the one standing in a chunk that made it run; none for what
    /// the call of a root at the end of its chunk runs.
    actual: Vec<(ModuleId, Option<ModuleId>)>,
}

impl Run<'_> {
    fn chunks(&mut self, plan: &ChunkPlan, chunk: ChunkId, root: ModuleId) {
        for id in plan.chunks[chunk].static_imports.iter().copied().chain([chunk]) {
            for module in &plan.chunks[id].modules {
                let standing = self.standing;
                match standing.wraps[*module] {
                    _ if self.done[module.0 as usize] => {}
                    Wrap::None => {
                        for called in standing.called(*module) {
                            self.call(called, Some(*module));
                        }
                        self.done[module.0 as usize] = true;
                        self.actual.push((*module, Some(*module)));
                    }
                    _ if standing.eager[*module] => self.call(*module, Some(*module)),
                    _ => {}
                }
            }
        }
        if self.standing.wraps[root] != Wrap::None {
            self.call(root, None);
        }
    }

    fn call(&mut self, module: ModuleId, trigger: Option<ModuleId>) {
        let standing = self.standing;
        let (done, actual) = (&mut self.done, &mut self.actual);
        let follows = |importer: ModuleId, target: ModuleId| standing.calls(importer, target);
        post_order(module, done, standing.imports, follows, |id| actual.push((id, trigger)));
    }
}
