//! What a root may load and evaluate without needing it, with nobody noticing.

use super::Root;
use super::effects::{self, Effect};
use super::hazards::{self, Imports};
use super::reach::{self, Bits, Reach};
use crate::base::{IndexVec, ModuleId};
use crate::model::{ChunkKind, EntryKind, Linked, ModuleGraph};
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

/// Kinds of globals that a root may run among: documents, workers, service workers. By root, as bits.
fn realms(inputs: &Inputs<'_>) -> Vec<u8> {
    let Inputs { graph, linked, roots, reach, .. } = *inputs;
    let own = |root: &Root| match root.kind {
        ChunkKind::Entry(entry) => match graph.entries[entry].kind {
            EntryKind::User | EntryKind::Page(_) => 1,
            EntryKind::Worker { .. } => 2,
            EntryKind::ServiceWorker => 4,
        },
        _ => 0,
    };
    let mut out: Vec<u8> = roots.iter().map(own).collect();
    let importers = reach::importers(linked, roots);
    loop {
        let before = out.clone();
        for (at, importers) in importers.iter().enumerate() {
            let holders = importers.iter().flat_map(|id| reach.of(*id).ones());
            out[at] = holders.fold(out[at], |all, holder| all | before[holder]);
        }
        if out == before {
            return out;
        }
    }
}

/// By module: the roots that may evaluate it though they do not need it. What only makes values for itself may run there if
/// whatever precedes it elsewhere, and acts on others, runs there too, and if it runs among such globals anyway. Applied
/// sheets must ask for names of their own, and find there what they came after.
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
    let realms = realms(inputs);
    if realms.iter().any(|realm| *realm != 1) {
        for id in graph.modules.ids() {
            let known = inputs.reach.of(id).ones().fold(0, |all, root| all | realms[root]);
            (0..roots.len()).filter(|root| realms[*root] & !known != 0).for_each(|root| out[id].clear(root));
        }
    }
    let orders: Vec<Vec<ModuleId>> =
        roots.par_iter().map(|root| hazards::expected(graph, imports, root.module)).collect();
    // What others change is read when its turn comes, not when a chunk happens to be loaded.
    for id in effects::readers(graph, linked, effects).into_values().flatten() {
        out[id].meet(&inputs.runs(id));
    }
    for order in orders {
        let mut before = Bits::full(roots.len());
        // A sheet of local names stays behind the sheets for all elements that precede it.
        let mut applied = Bits::full(roots.len());
        for id in order {
            match graph.modules[id].style.map(|style| graph.styles[style].facts.is_local) {
                Some(true) => out[id].meet(&applied),
                Some(false) => applied.meet(&inputs.runs(id)),
                None => {}
            }
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
