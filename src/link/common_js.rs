//! CommonJS modules as others see them, and which of their exports are used: statements that set others can go.

use super::live::Marker;
use crate::base::ModuleId;
use crate::config::Format;
use crate::lang::js::{Helper, ImportKind, LocalSym, Part};
use crate::model::{CjsBinding, ExportBinding, Target, Wrap};
use rustc_hash::FxHashSet;

impl Marker<'_, '_> {
    /// As [`Linked::own_view`].
    pub(super) fn own_view(&self, importer: ModuleId, target: ModuleId) -> bool {
        self.wraps[importer] == Wrap::Esm || !self.in_place[target]
    }

    pub(super) fn interop(&mut self, from: ModuleId, module: ModuleId, node: bool, raw: bool) {
        self.evaluate(module);
        if self.own_view(from, module) {
            self.evaluate(from);
            return;
        }
        if raw {
            self.links[module].needs_raw = true;
            self.raw_for.entry(module).or_default()[usize::from(node)] = true;
            return;
        }
        self.helper(module, Helper::TO_ESM);
        let link = &mut self.links[module];
        if node {
            link.needs_interop_node = true;
        } else {
            link.needs_interop = true;
        }
    }

    /// Records of `export *` whose names only the run time knows, directly or through other stars.
    pub(super) fn dynamic_stars(&self, module: ModuleId) -> Vec<u32> {
        let found = &self.graph.modules[module];
        let dynamic = |record: &&u32| match &found.targets[**record as usize] {
            Target::Module(target) => self.has_dynamic_stars(*target),
            Target::External(_) => true,
            _ => false,
        };
        found.facts.stars.iter().filter(dynamic).copied().collect()
    }

    pub(super) fn has_dynamic_stars(&self, module: ModuleId) -> bool {
        let mut seen = FxHashSet::default();
        let mut work = vec![module];
        while let Some(at) = work.pop() {
            if self.common_js[at] {
                return true;
            }
            if !seen.insert(at) {
                continue;
            }
            let found = &self.graph.modules[at];
            for record in &found.facts.stars {
                match &found.targets[*record as usize] {
                    Target::Module(target) => work.push(*target),
                    Target::External(_) => return true,
                    _ => {}
                }
            }
        }
        false
    }

    /// An external is read, maybe through modules that are not evaluated themselves.
    pub(super) fn external(&mut self, id: ModuleId, binding: &ExportBinding) {
        if let ExportBinding::External { .. } = binding.base() {
            self.requires_external(id);
        }
    }

    /// What formats without `import` call for externals.
    pub(super) fn requires_external(&mut self, id: ModuleId) {
        if self.options.format != Format::Esm {
            self.helper(id, Helper::TO_ESM);
        }
        if self.options.format == Format::Iife {
            self.helper(id, Helper::REQUIRE);
        }
    }

    /// All that the module does with its exports is known.
    pub(super) fn shakes_common_js(&self, id: ModuleId) -> bool {
        self.graph.modules[id].facts.cjs_simple
    }

    /// `name` of a CommonJS module is read; `None`: any of its names may be.
    pub(super) fn common_js_used(&mut self, id: ModuleId, name: Option<&str>) {
        let read = self.read.entry(id).or_insert_with(|| Some(FxHashSet::default()));
        let news = match (read.as_mut(), name) {
            (None, _) => false,
            (Some(names), Some(name)) => names.insert(name.to_string()),
            (Some(_), None) => {
                *read = None;
                true
            }
        };
        if !news {
            return;
        }
        let facts = &self.graph.modules[id].facts;
        for (at, part) in facts.parts.iter().enumerate() {
            if !part.sets.is_empty() && name.is_none_or(|name| part.sets.iter().any(|set| set == name)) {
                self.part(id, at as u32);
            }
        }
        if let Some(record) = facts.cjs_alias
            && let Target::Module(target) = self.graph.modules[id].targets[record as usize]
        {
            self.common_js_used(target, name);
        }
    }

    /// What live code of `id` reads of CommonJS modules, itself included.
    pub(super) fn common_js_uses(&mut self, id: ModuleId, part: &Part) {
        let module = &self.graph.modules[id];
        let facts = &module.facts;
        for name in &part.reads {
            self.common_js_used(id, Some(name));
        }
        let first = facts.first_declared();
        for symbol in part.uses.iter().copied().filter(|symbol| *symbol >= first) {
            let symbol = self.meant(id, symbol);
            match &self.bindings[id][(symbol - first) as usize] {
                Some(ExportBinding::CommonJs(binding)) => {
                    let binding = binding.clone();
                    self.view_used(&binding, &members(part, symbol));
                }
                Some(other) => {
                    if let ExportBinding::CommonJs(binding) = other.base() {
                        let module = binding.module;
                        self.common_js_used(module, None);
                    }
                }
                None => {
                    let required = facts.required.binary_search_by_key(&symbol, |(known, _)| *known);
                    if let Ok(at) = required
                        && !part.declares.contains(&symbol)
                    {
                        self.record_used(id, facts.required[at].1, &members(part, symbol));
                    }
                }
            }
        }
        for record in part.records.iter().copied() {
            let kept = |(symbol, from): &(LocalSym, u32)| *from == record && part.declares.contains(symbol);
            let passes_on = facts.cjs_alias == Some(record) && facts.cjs_simple;
            if facts.records[record as usize].kind == ImportKind::Require
                && !passes_on
                && !facts.required.iter().any(kept)
            {
                self.record_used(id, record, &members(part, facts.record_target(record)));
            }
        }
    }

    fn record_used(&mut self, id: ModuleId, record: u32, names: &[&str]) {
        if let Target::Module(target) = self.graph.modules[id].targets[record as usize] {
            self.names_used(target, names);
        }
    }

    /// An imported name that stands for something of a CommonJS module.
    fn view_used(&mut self, binding: &CjsBinding, names: &[&str]) {
        match binding.name.as_str() {
            // `module.exports`, or its `default`: which of them only the run time knows if it calls itself an ES module.
            "default" => {
                self.names_used(binding.module, names);
                self.common_js_used(binding.module, Some("default"));
            }
            "*" => self.names_used(binding.module, names),
            name => self.common_js_used(binding.module, Some(name)),
        }
    }

    /// No names: anything may be done with it.
    fn names_used(&mut self, module: ModuleId, names: &[&str]) {
        if names.is_empty() {
            self.common_js_used(module, None);
        }
        for name in names {
            self.common_js_used(module, Some(name));
        }
    }
}

/// The properties of `symbol` that are all that a part reads of it.
fn members(part: &Part, symbol: LocalSym) -> Vec<&str> {
    let from = part.members.partition_point(|(known, _)| *known < symbol);
    part.members[from..].iter().take_while(|(known, _)| *known == symbol).map(|(_, name)| name.as_str()).collect()
}
