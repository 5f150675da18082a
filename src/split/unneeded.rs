//! What a root may load and evaluate without needing it, with nobody noticing.

use super::Root;
use super::effects::{self, Effect};
use super::hazards::{self, Imports};
use super::reach::{Bits, Reach};
use crate::base::{IndexVec, ModuleId};
use crate::model::{Linked, ModuleGraph};
use rayon::prelude::*;
use rustc_hash::{FxHashMap, FxHashSet};

pub(super) struct Inputs<'a> {
    pub graph: &'a ModuleGraph,
    pub linked: &'a Linked,
    pub imports: &'a Imports,
    pub roots: &'a [Root],
    pub reach: &'a Reach,
    /// As [`Reach::available`].
    pub available: &'a [Option<Bits>],
    pub effects: &'a IndexVec<ModuleId, Effect>,
}

impl Inputs<'_> {
    /// The roots for which it runs: they need it, or come after those that do.
    fn runs(&self, id: ModuleId) -> Bits {
        let mut bits = self.reach.of(id).clone();
        let has = |(_, found): &(usize, &Option<Bits>)| found.as_ref().is_some_and(|found| found.has(id.0 as usize));
        self.available.iter().enumerate().filter(has).for_each(|(at, _)| bits.set(at));
        bits
    }
}

/// By module: the roots that are lost anyway when something fails that it needs, since they need that themselves; all roots,
/// where nothing says that it may fail.
pub(super) fn lost(inputs: &Inputs<'_>, failing: &IndexVec<ModuleId, bool>) -> IndexVec<ModuleId, Bits> {
    let Inputs { graph, linked, roots, .. } = *inputs;
    let own = |id: ModuleId| {
        if effects::throws(graph, linked, id) { inputs.runs(id) } else { Bits::full(roots.len()) }
    };
    let mut out: IndexVec<ModuleId, Bits> = graph.modules.ids().map(own).collect();
    loop {
        let mut changed = false;
        for id in linked.order.iter().copied().filter(|id| failing[*id]) {
            for needed in linked.modules[id].dependencies.iter().copied().filter(|needed| failing[*needed]) {
                if !out[id].is_within(&out[needed]) {
                    let below = out[needed].clone();
                    out[id].meet(&below);
                    changed = true;
                }
            }
        }
        if !changed {
            return out;
        }
    }
}

/// By module: the roots that may evaluate it though they do not need it. What only makes values for itself may run there if
/// whatever precedes it elsewhere, and acts on others, runs there too. Applied sheets must ask for names of their own.
pub(super) fn welcome(inputs: &Inputs<'_>) -> IndexVec<ModuleId, Bits> {
    let Inputs { graph, linked, imports, roots, effects, .. } = *inputs;
    let quiet = |id: ModuleId| {
        let is_local = |style| graph.styles[style].facts.is_local;
        !linked.modules[id].asynchronous && graph.modules[id].style.is_none_or(is_local)
    };
    let open = |id: ModuleId| effects[id] != Effect::Sensitive && quiet(id);
    let start = |id: ModuleId| if open(id) { Bits::full(roots.len()) } else { Bits::new(roots.len()) };
    let mut out: IndexVec<ModuleId, Bits> = graph.modules.ids().map(start).collect();
    if roots.len() < 2 {
        return out;
    }
    let acting: Vec<ModuleId> = graph.modules.ids().filter(|id| effects[*id] == Effect::Sensitive).collect();
    let runs: FxHashMap<ModuleId, Bits> = acting.into_par_iter().map(|id| (id, inputs.runs(id))).collect();
    let orders: Vec<Vec<ModuleId>> =
        roots.par_iter().map(|root| hazards::expected(graph, imports, root.module)).collect();
    for order in orders {
        let mut before = Bits::full(roots.len());
        for id in order {
            match effects[id] {
                Effect::Sensitive => before.meet(&runs[&id]),
                Effect::Own => out[id].meet(&before),
                Effect::None => {}
            }
        }
    }
    out
}

/// By module of those asked for: what acts on others and precedes it for some root.
pub(super) fn preceding(
    graph: &ModuleGraph,
    imports: &Imports,
    roots: &[ModuleId],
    effects: &IndexVec<ModuleId, Effect>,
    asked: &FxHashSet<ModuleId>,
) -> FxHashMap<ModuleId, Bits> {
    let mut out: FxHashMap<ModuleId, Bits> = FxHashMap::default();
    if asked.is_empty() {
        return out;
    }
    for root in roots {
        let mut before = Bits::new(graph.modules.len());
        for id in hazards::expected(graph, imports, *root) {
            if effects[id] == Effect::Sensitive {
                before.set(id.0 as usize);
            }
            if asked.contains(&id) {
                out.entry(id).or_insert_with(|| Bits::new(graph.modules.len())).join(&before);
            }
        }
    }
    out
}
