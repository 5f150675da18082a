//! What must be called by its importers because a named chunk holds it, or what such a chunk needs.

use super::super::effects::Effect;
use super::super::manual::Named;
use super::{Inputs, Standing};
use crate::base::{ChunkId, ModuleId};

pub(super) fn defer(inputs: &Inputs<'_>, named: &Named, standing: &mut Standing<'_>) {
    unneeded(inputs, standing);
    // A chunk that fails is lost as a whole, and one that waits keeps others waiting, perhaps for each other.
    let holds_up = |id: &ModuleId| inputs.failing[*id] || inputs.linked.modules[*id].asynchronous;
    for id in inputs.linked.order.iter().filter(|id| named.moves(**id) && holds_up(id)) {
        standing.defer(*id);
    }
    circles(inputs, standing);
}

/// A root evaluates nothing that it does not need, though it loads it.
fn unneeded(inputs: &Inputs<'_>, standing: &mut Standing<'_>) {
    for (at, available) in inputs.available.iter().enumerate().take(inputs.roots.len()) {
        let chunk = ChunkId(at as u32);
        let loaded = inputs.plan.chunks[chunk].static_imports.iter().copied().chain([chunk]);
        for module in loaded.flat_map(|chunk| &inputs.plan.chunks[chunk].modules) {
            let known = available.as_ref().is_some_and(|found| found.has(module.0 as usize));
            if !known && !inputs.reach.needs(at, *module) && inputs.effects[*module] != Effect::None {
                standing.defer(*module);
            }
        }
    }
}

/// Of chunks that import each other, nothing says which runs first: what stands in one neither acts nor needs
/// another. What acts is called by its importers, at last by a root, when all of them are there.
fn circles(inputs: &Inputs<'_>, standing: &mut Standing<'_>) {
    let Inputs { linked, plan, effects, .. } = *inputs;
    let meets = |a: ChunkId, b: ChunkId| {
        a != b && plan.chunks[a].static_imports.contains(&b) && plan.chunks[b].static_imports.contains(&a)
    };
    let circular: Vec<(ChunkId, ModuleId)> = plan
        .chunks
        .iter_ids()
        .filter(|(id, chunk)| chunk.static_imports.iter().any(|other| meets(*id, *other)))
        .flat_map(|(id, chunk)| chunk.modules.iter().map(move |module| (id, *module)))
        .collect();
    let mut left: Vec<ModuleId> = Vec::new();
    for (chunk, module) in circular {
        let mut needed = linked.modules[module].dependencies.iter().filter_map(|id| plan.chunk_of[*id]);
        if effects[module] != Effect::None || needed.any(|other| meets(chunk, other)) {
            standing.defer(module);
        } else {
            left.push(module);
        }
    }
    loop {
        let before = left.len();
        let (calling, quiet) = left.into_iter().partition(|id| standing.called(*id).next().is_some());
        left = quiet;
        let calling: Vec<ModuleId> = calling;
        calling.into_iter().for_each(|id| standing.defer(id));
        if left.len() == before {
            return;
        }
    }
}
