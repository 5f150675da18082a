//! Stage 5: code.
//!
//! In: `ModuleGraph`, `Linked`, `ChunkPlan`. Out: one `RenderedFile` per chunk, and its source map.
//! Invariants: modules are compiled alone, in parallel, and cached; after that no tree exists: names are given and
//! bytes are spliced. The text depends on nothing but the inputs.
//! Not here: which module lives or where (`link`, `split`); hashes and final URLs (`seal`).
//! Start at: [`render`].

mod canon;
mod chunk;
mod global_name;
mod glue;
mod naming;
mod objects;
mod output;
mod plans;
mod properties;
mod remembered;
mod urls;
mod why;

pub use properties::{PropertyNames, kept_names, property_names};

use crate::base::{ChunkId, ContentHash, IndexVec, ModuleId, longest_first, trace};
use crate::cache::{Cache, Pack, Shelf};
use crate::config::Options;
use crate::diag::Noted;
use crate::lang::js::ModuleObject;
use crate::model::{ChunkPlan, Linked, ModuleGraph, RenderedFile};
use std::sync::Arc;

/// What every step here reads.
pub(crate) struct Context<'a> {
    pub graph: &'a ModuleGraph,
    pub linked: &'a Linked,
    pub plan: &'a ChunkPlan,
    pub options: &'a Options,
    pub objects: IndexVec<ModuleId, Option<Arc<ModuleObject>>>,
    pub lines: why::Lines,
    pub properties: &'a PropertyNames,
}

impl Context<'_> {
    /// What a property name is now.
    pub fn property<'n>(&'n self, name: &'n str) -> &'n str {
        self.properties.get(name).map_or(name, String::as_str)
    }
}

/// What linking and splitting have come to.
#[derive(Clone, Copy)]
pub struct Arrangement<'a> {
    pub linked: &'a Linked,
    pub plan: &'a ChunkPlan,
    /// Of everything that they depend on, where something is remembered.
    pub key: Option<ContentHash>,
}

pub fn render(
    graph: &ModuleGraph,
    arrangement: Arrangement<'_>,
    options: &Options,
    properties: &PropertyNames,
    cache: &Cache,
) -> Noted<Vec<RenderedFile>> {
    let Arrangement { linked, plan, key } = arrangement;
    let mut problems = Vec::new();
    let objects::Objects { all: objects, keys, pack, shelf } =
        objects::compile(graph, linked, plan, options, cache, &mut problems);
    let span = trace::span("script", "names and glue");
    let lines = why::Lines::new(graph);
    let context = Context { graph, linked, plan, options, objects, lines, properties };
    let externals = canon::Externals::new(&context);
    let ids: Vec<ChunkId> = plan.chunks.ids().collect();
    let weight = |id: &ChunkId| -> u64 {
        plan.chunks[*id].modules.iter().map(|id| graph.modules[*id].source.len() as u64).sum()
    };
    let all: u64 = ids.iter().map(weight).sum();
    let uses: Vec<chunk::Uses> = longest_first(&ids, weight, |id| chunk::uses(&context, &externals, *id));
    let exports = chunk::exports(&context, &uses);
    let shelf = shelf.filter(|_| key.is_some());
    let key = key.filter(|_| cache.is_lasting() || shelf.is_some());
    let prints = key.map(|_| remembered::prints(cache, &context.objects, &keys));
    let remembered = key
        .zip(prints.as_ref())
        .map(|(key, prints)| remembered::Remembered::new(&context, key, prints, cache, shelf.as_ref()));
    drop(span);
    let render = |id: &ChunkId| {
        let make = || chunk::render(&context, &externals, &exports, &uses[id.0 as usize], *id, cache);
        remembered.as_ref().map_or_else(make, |remembered| remembered.files(&context, *id, weight(id) * 2 <= all, make))
    };
    let store = || pack.iter().for_each(Pack::store);
    let (files, ()) = rayon::join(|| longest_first(&ids, weight, render), store);
    shelf.iter().for_each(Shelf::store);
    Noted::new(files.into_iter().flatten().collect(), problems)
}
