//! From what was marked to [`Linked`]: what each module needs, and what its live code mentions.

use super::Marker;
use crate::base::{IndexVec, ModuleId};
use crate::lang::js::ImportKind;
use crate::model::{CjsBinding, EntryKind, ExportBinding, Linked, SymbolRef, Target};
use rustc_hash::FxHashSet;
use std::collections::BTreeMap;
use std::sync::Arc;

impl Marker<'_, '_> {
    pub(super) fn finish(mut self) -> Linked {
        let roots = self.roots();
        let mut seen: IndexVec<ModuleId, u32> = self.graph.modules.iter().map(|_| u32::MAX).collect();
        for id in self.graph.modules.ids() {
            let link = &mut self.links[id];
            link.wrap = self.wraps[id];
            link.in_circle = self.zones.in_circle(id);
            if link.late && link.needs_raw {
                let [plain, node] = self.raw_for.get(&id).copied().unwrap_or_default();
                link.needs_raw = false;
                link.needs_interop |= plain;
                link.needs_interop_node |= node;
            }
            let late = self.late_records.range((id, 0)..=(id, u32::MAX));
            link.late_records = late.map(|(_, record)| *record).collect();
            link.asynchronous = self.asynchronous[id];
            if !link.included {
                continue;
            }
            let is_root = roots.contains(&id);
            if is_root || self.links[id].needs_namespace {
                self.links[id].exports = self.shown_names(id);
            }
            let first = self.graph.modules[id].facts.first_declared();
            let at = id.0 as usize;
            let link = &mut self.links[id];
            let mentioned = self.mentioned[at].iter().enumerate().filter(|(_, mentioned)| **mentioned);
            link.mentioned = mentioned.map(|(at, _)| first + at as u32).collect();
            link.constants.sort_by_key(|(symbol, _)| *symbol);
            let dependencies = self.dependencies(id, is_root, &mut seen);
            let link = &mut self.links[id];
            link.dependencies = dependencies;
            link.helpers = self.helpers[at].iter().copied().collect();
            link.marked = self.marked[at].iter().copied().collect();
            link.checked = self.checked[at].iter().copied().collect();
            link.dynamic.sort_unstable();
            link.workers.sort_unstable();
        }
        let entries = self.entries.into_iter().collect();
        Linked { modules: self.links, entries, marks: self.marks, ..Linked::default() }
    }

    /// All exports, if more than names that are known is asked of them.
    pub(super) fn shown_names(&mut self, id: ModuleId) -> Arc<BTreeMap<String, ExportBinding>> {
        let all = self.exports.all(id);
        match self.partial.get(&id) {
            Some(names) if !self.whole.contains(&id) && !self.is_public(id) => {
                let known = names.iter().filter_map(|name| Some((name.clone(), all.get(name)?.clone())));
                Arc::new(known.collect())
            }
            _ => all,
        }
    }

    fn is_public(&self, id: ModuleId) -> bool {
        let mut entries = self.entries.iter().map(|entry| &self.graph.entries[*entry]);
        entries.any(|entry| entry.kind == EntryKind::User && entry.module == id)
    }

    /// Included modules that this one needs to be there, in import order, then by number.
    /// `seen`: by module, the last module that was found to need it.
    fn dependencies(&self, id: ModuleId, is_root: bool, seen: &mut IndexVec<ModuleId, u32>) -> Vec<ModuleId> {
        let link = &self.links[id];
        let module = &self.graph.modules[id];
        let mut out = Vec::new();
        seen[id] = id.0;
        let mut push = |target: ModuleId| {
            if self.links[target].included && std::mem::replace(&mut seen[target], id.0) != id.0 {
                out.push(target);
            }
        };
        for record in &module.facts.import_order {
            if let Target::Module(target) = module.targets[*record as usize] {
                push(target);
            }
        }
        for (at, part) in module.facts.parts.iter().enumerate() {
            for record in part.records.iter().filter(|_| link.live_parts[at]) {
                let kind = module.facts.records[*record as usize].kind;
                let here = kind == ImportKind::Require || (kind == ImportKind::Dynamic && !self.options.splits());
                if let (Target::Module(target), true) = (&module.targets[*record as usize], here) {
                    push(*target);
                }
            }
        }
        let mut bound: Vec<ModuleId> = Vec::new();
        let first = module.facts.first_declared();
        let mut mention = |binding: &ExportBinding| match binding.base() {
            ExportBinding::Symbol(SymbolRef { module, .. })
            | ExportBinding::Namespace(module)
            | ExportBinding::CommonJs(CjsBinding { module, .. }) => bound.push(*module),
            _ => {}
        };
        for symbol in &link.mentioned {
            if let Some(Some(binding)) = self.bindings[id].get((*symbol - first) as usize)
                && (link.constants.binary_search_by_key(symbol, |(known, _)| *known).is_err() || self.acts(binding))
            {
                mention(binding);
            }
        }
        if link.needs_namespace || is_root {
            link.exports.values().for_each(&mut mention);
        }
        bound.sort_unstable();
        bound.into_iter().for_each(&mut push);
        if let Some(runtime) = self.graph.runtime.filter(|_| !self.helpers[id.0 as usize].is_empty()) {
            push(runtime);
        }
        out
    }

    /// A constant that is copied from a module is still a use of the module.
    pub(super) fn acts(&self, binding: &ExportBinding) -> bool {
        matches!(binding, ExportBinding::Symbol(target) if self.graph.modules[target.module].acts_when_used())
    }

    /// Modules whose exports are the exports of a chunk.
    fn roots(&self) -> FxHashSet<ModuleId> {
        let entries = self.entries.iter().map(|entry| &self.graph.entries[*entry]);
        let users = entries.filter(|entry| entry.kind == EntryKind::User).map(|entry| entry.module);
        users.chain(self.links.iter().flat_map(|link| link.dynamic.iter().map(|(_, target)| *target))).collect()
    }
}
