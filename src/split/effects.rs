//! Which modules notice when they are evaluated.

use crate::base::{IndexVec, ModuleId};
use crate::lang::js::{LocalSym, Part};
use crate::model::{ExportBinding, Linked, Module, ModuleGraph, ModuleLink, SymbolRef, Target, Wrap};
use rustc_hash::FxHashMap;
use std::collections::BTreeSet;

#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Effect {
    /// Nothing happens.
    None,
    /// Makes values for its own bindings; may notice what sensitive modules before it did.
    Own,
    /// Touches what other modules see: everything after it must run after it.
    Sensitive,
}

pub fn effects(graph: &ModuleGraph, linked: &Linked) -> IndexVec<ModuleId, Effect> {
    let mut out: IndexVec<ModuleId, Effect> = graph.modules.ids().map(|id| effect(graph, linked, id)).collect();
    // In a circle of imports, or through one, others see whether a module has run: its names have a dead zone until then.
    let seen = |link: &ModuleLink| link.included && (link.in_circle || link.seen_early);
    for (id, _) in linked.modules.iter_ids().filter(|(_, link)| seen(link)) {
        let facts = &graph.modules[id].facts;
        if facts.lexical_default || facts.symbols.iter().any(|found| found.lexical) {
            out[id] = Effect::Sensitive;
        }
    }
    // What is imported without a name is imported for what it does.
    for (id, module) in graph.modules.iter_ids().filter(|(id, _)| linked.modules[*id].included) {
        for target in bare_imports(module) {
            if target != id && out[target] == Effect::Own {
                out[target] = Effect::Sensitive;
            }
        }
    }
    out
}

/// By module that changes what others made, and that others use: modules that make values of the same, and must have done
/// so before it where the language evaluates them first.
pub fn readers(
    graph: &ModuleGraph,
    linked: &Linked,
    effects: &IndexVec<ModuleId, Effect>,
) -> FxHashMap<ModuleId, Vec<ModuleId>> {
    let mut altered: FxHashMap<ModuleId, Vec<ModuleId>> = FxHashMap::default();
    for id in graph.modules.ids().filter(|id| effects[*id] == Effect::Sensitive) {
        for of in touched(graph, linked, id, |part| &part.alters) {
            altered.entry(of).or_default().push(id);
        }
    }
    let mut out: FxHashMap<ModuleId, Vec<ModuleId>> = FxHashMap::default();
    if altered.is_empty() {
        return out;
    }
    for id in graph.modules.ids().filter(|id| effects[*id] == Effect::Own) {
        for of in touched(graph, linked, id, |part| &part.looks_at) {
            for altering in altered.get(&of).into_iter().flatten() {
                let readers = out.entry(*altering).or_default();
                if readers.last() != Some(&id) {
                    readers.push(id);
                }
            }
        }
    }
    out
}

/// The modules that made the values of some imported names of what runs of a module.
fn touched(
    graph: &ModuleGraph,
    linked: &Linked,
    id: ModuleId,
    names: impl Fn(&Part) -> &[LocalSym],
) -> BTreeSet<ModuleId> {
    let (facts, link) = (&graph.modules[id].facts, &linked.modules[id]);
    let flags = link.live_parts.iter().zip(&link.acts);
    let runs = facts.parts.iter().zip(flags).filter(|(_, (live, acts))| **live && **acts);
    let bound = |symbol: &LocalSym| link.bindings.get(symbol.checked_sub(facts.first_declared())? as usize)?.as_ref();
    let made = |symbol: &LocalSym| match bound(symbol)?.base() {
        ExportBinding::Symbol(target) => Some(target.module),
        ExportBinding::Namespace(module) => Some(*module),
        ExportBinding::CommonJs(found) => Some(found.module),
        _ => None,
    };
    runs.flat_map(|(part, _)| names(part)).filter_map(made).collect()
}

/// Says itself that its evaluation may fail.
pub fn throws(graph: &ModuleGraph, linked: &Linked, id: ModuleId) -> bool {
    let link = &linked.modules[id];
    let live = graph.modules[id].facts.parts.iter().zip(&link.live_parts).filter(|(_, live)| **live);
    link.included && live.into_iter().any(|(part, _)| part.throws)
}

/// By module: its evaluation may fail, or that of something that it needs.
pub fn failing(graph: &ModuleGraph, linked: &Linked) -> IndexVec<ModuleId, bool> {
    let mut out: IndexVec<ModuleId, bool> = graph.modules.ids().map(|id| throws(graph, linked, id)).collect();
    let mut grew = out.iter().any(|failing| *failing);
    while grew {
        grew = false;
        for id in linked.order.iter().copied() {
            if !out[id] && linked.modules[id].dependencies.iter().any(|needed| out[*needed]) {
                out[id] = true;
                grew = true;
            }
        }
    }
    out
}

fn effect(graph: &ModuleGraph, linked: &Linked, id: ModuleId) -> Effect {
    let (module, link) = (&graph.modules[id], &linked.modules[id]);
    if !link.included || graph.runtime == Some(id) {
        return Effect::None;
    }
    let flags = || link.live_parts.iter().zip(&link.acts);
    let parts = || module.facts.parts.iter().zip(flags()).filter(|(_, (live, acts))| **live && **acts);
    let stateful = |symbol: &LocalSym| {
        let at = symbol.checked_sub(module.facts.first_declared());
        match at.and_then(|at| link.bindings.get(at as usize)) {
            Some(Some(ExportBinding::Symbol(SymbolRef { module, symbol }))) => {
                graph.modules[*module].facts.stateful.binary_search(symbol).is_ok()
            }
            Some(Some(ExportBinding::Namespace(module))) => !graph.modules[*module].facts.stateful.is_empty(),
            _ => false,
        }
    };
    // A package that says it has no effects says that nobody notices when its modules run.
    let noticed = || parts().any(|(part, _)| part.sensitive || part.calls.iter().any(stateful));
    if module.facts.top_level_await || module.side_effects && noticed() {
        Effect::Sensitive
    } else if link.wrap == Wrap::CommonJs || parts().next().is_some() {
        Effect::Own
    } else {
        Effect::None
    }
}

/// What is imported without a name.
fn bare_imports(module: &Module) -> impl Iterator<Item = ModuleId> + '_ {
    module.facts.bare_imports().into_iter().filter_map(|record| match module.targets[record as usize] {
        Target::Module(target) => Some(target),
        _ => None,
    })
}
