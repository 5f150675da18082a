//! Which names of CSS modules no script reads.
//!
//! A name is read where live code mentions its export; whoever has the object of all names may read any of them.

use crate::base::{IndexVec, ModuleId, StyleId};
use crate::lang::js::{ExportTarget, LocalSym};
use crate::model::{ExportBinding, Linked, Loader, Module, ModuleGraph};
use rustc_hash::FxHashSet;
use std::collections::{BTreeMap, BTreeSet};

/// By sheet, sorted; sheets of which everything is used are left out.
pub(super) fn unused(graph: &ModuleGraph, linked: &Linked) -> BTreeMap<StyleId, Vec<String>> {
    let mut out = BTreeMap::new();
    let local = |id: &ModuleId| graph.modules[*id].loader == Loader::LocalCss && linked.modules[*id].included;
    if !graph.modules.ids().any(|id| local(&id)) {
        return out;
    }
    let mentioned = mentioned(graph, linked);
    for id in graph.modules.ids().filter(local) {
        let module = &graph.modules[id];
        let Some(style) = module.style else { continue };
        let facts = &graph.styles[style].facts;
        let Some(read) = read(module, &linked.modules[id].live_parts, &mentioned[id]) else { continue };
        let kept: BTreeSet<&str> = facts
            .classes
            .iter()
            .filter(|(name, _)| read.contains(name.as_str()))
            .flat_map(|(_, all)| all.iter().map(String::as_str))
            .collect();
        let names: Vec<String> =
            facts.classes.iter().map(|(name, _)| name).filter(|name| !kept.contains(name.as_str())).cloned().collect();
        if !names.is_empty() {
            out.insert(style, names);
        }
    }
    out
}

/// By module: which of its symbols live code of others mentions. A constant that was copied is mentioned too.
fn mentioned(graph: &ModuleGraph, linked: &Linked) -> IndexVec<ModuleId, FxHashSet<LocalSym>> {
    let mut out: IndexVec<ModuleId, FxHashSet<LocalSym>> = graph.modules.iter().map(|_| FxHashSet::default()).collect();
    for (id, link) in linked.modules.iter_ids() {
        let first = graph.modules[id].facts.first_declared();
        let own = link.mentioned.iter().filter_map(|symbol| link.bindings.get(symbol.checked_sub(first)? as usize));
        let exported = link.exports.values();
        for binding in own.flatten().chain(exported.filter(|_| link.needs_namespace)) {
            if let ExportBinding::Symbol(found) = binding {
                out[found.module].insert(found.symbol);
            }
        }
    }
    out
}

/// Exported names that are read; `None`: all may be.
fn read<'m>(module: &'m Module, live: &[bool], mentioned: &FxHashSet<LocalSym>) -> Option<BTreeSet<&'m str>> {
    let facts = &module.facts;
    let parts = facts.parts.iter().zip(live).filter(|(_, live)| **live);
    let declared: FxHashSet<LocalSym> = parts.flat_map(|(part, _)| part.declares.iter().copied()).collect();
    let mut out = BTreeSet::new();
    for export in &facts.exports {
        let ExportTarget::Symbol(symbol) = export.target else { return None };
        if !declared.contains(&symbol) && !mentioned.contains(&symbol) {
            continue;
        }
        if export.name == "default" {
            return None;
        }
        out.insert(export.name.as_str());
    }
    Some(out)
}
