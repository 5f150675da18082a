//! Namespaces: of modules that something has as a value, and of those that `import()` loads.

use super::{Marker, is_default_of};
use crate::base::ModuleId;
use crate::lang::js::{ExportTarget, Helper, ImportRecord, LocalSym, SymbolKind, sym};
use crate::model::{ExportBinding, How, Target};

impl Marker<'_, '_> {
    fn one(&mut self, module: ModuleId, name: &str, binding: &ExportBinding) {
        self.external(module, binding);
        self.binding(binding);
        if self.called_by_importers(binding) {
            self.walk_way(module, name.to_string(), binding);
        }
    }

    /// Every export of a module is used. `shown`: by its namespace object alone, which may have copies of literals.
    pub(super) fn whole(&mut self, module: ModuleId, shown: bool) {
        let all = self.exports.all(module);
        let copied = |marker: &Self, binding: &ExportBinding| shown && marker.is_copied(module, binding);
        for (name, binding) in all.iter() {
            if !copied(self, binding) {
                self.one(module, name, binding);
            }
        }
        // What is exported under several names or through locals of the module itself.
        for export in &self.graph.modules[module].facts.exports {
            if let ExportTarget::Symbol(symbol) = export.target
                && !all.get(&export.name).is_some_and(|binding| copied(self, binding))
            {
                self.mention_export(module, symbol);
            }
        }
        for record in self.graph.modules[module].facts.stars.clone() {
            if let Target::Module(target) = self.graph.modules[module].targets[record as usize]
                && self.common_js[target]
            {
                let node = self.graph.modules[module].node_esm;
                self.common_js_used(target, None);
                self.interop(module, target, node, false);
            }
        }
        if self.common_js[module] {
            self.common_js_used(module, None);
        }
    }

    /// A literal, which the namespace object has instead of the name.
    fn is_copied(&self, module: ModuleId, binding: &ExportBinding) -> bool {
        let ExportBinding::Symbol(target) = binding else { return false };
        let early = self.zones.in_circle(module) || self.zones.in_circle(target.module);
        !early && !self.acts(binding) && self.graph.constant(*target).is_some()
    }

    fn mention_export(&mut self, module: ModuleId, symbol: LocalSym) {
        let repeats = symbol == sym::DEFAULT && self.graph.modules[module].facts.default_alias.is_some();
        if repeats && self.exports.all(module).get("default").is_some_and(|found| !is_default_of(found, module)) {
            return;
        }
        let declared = self.graph.modules[module].facts.declared(symbol);
        if declared.is_none_or(|declared| matches!(declared.kind, SymbolKind::Local)) {
            self.declared(module, symbol);
        }
    }

    fn namespace_object(&mut self, module: ModuleId) {
        self.links[module].needs_namespace = true;
        self.spaces.insert(module);
    }

    /// One small namespace is shorter without the helper that makes them. Called when all are known.
    pub(super) fn namespace_helper(&mut self) {
        const HELPER_BYTES: usize = 165;
        let spaces = std::mem::take(&mut self.spaces);
        let more = |id: &ModuleId| 63 + 12 * self.shown_names(*id).len();
        let plain = spaces.iter().map(more).sum::<usize>() < HELPER_BYTES
            && spaces.iter().all(|id| self.links[*id].dynamic_stars.is_empty());
        for id in spaces {
            self.links[id].plain_namespace = plain;
            if !plain {
                self.helper(id, Helper::EXPORT);
            }
        }
    }

    /// The namespace object of `module` has this, and may be looked at too early.
    fn shown(&mut self, module: ModuleId, binding: &ExportBinding) {
        if let Some(target) = self.zones.risky(module, binding) {
            self.helper(module, Helper::TDZ);
            self.mark(target);
        }
    }

    /// Names that an `import()` reads of the namespace, and nothing else.
    fn named(&mut self, module: ModuleId, names: &[String]) {
        let all = self.exports.all(module);
        for name in names.iter().map(String::as_str).chain([ImportRecord::THEN]) {
            let Some((name, binding)) = all.get_key_value(name) else { continue };
            if !self.partial.entry(module).or_default().insert(name.clone()) {
                continue;
            }
            if self.links[module].needs_namespace {
                self.shown(module, binding);
            }
            self.one(module, name, binding);
            let own = self.graph.modules[module].facts.exports.iter().find(|export| export.name == *name);
            if let Some(ExportTarget::Symbol(symbol)) = own.map(|export| &export.target) {
                self.mention_export(module, *symbol);
            }
        }
        self.partial.entry(module).or_default();
    }

    pub(super) fn namespace(&mut self, module: ModuleId) {
        self.evaluate(module);
        if !self.whole.insert(module) && self.links[module].needs_namespace {
            return;
        }
        self.namespace_object(module);
        for binding in self.exports.all(module).values() {
            self.shown(module, binding);
        }
        let dynamic: Vec<u32> = self.dynamic_stars(module);
        if !dynamic.is_empty() {
            self.helper(module, Helper::RE_EXPORT);
            if self.options.format != crate::config::Format::Esm {
                self.helper(module, Helper::TO_ESM);
            }
        }
        for record in &dynamic {
            if let Target::Module(target) = self.graph.modules[module].targets[*record as usize]
                && !self.common_js[target]
            {
                self.namespace(target);
            }
        }
        self.links[module].dynamic_stars = dynamic;
        self.links[module].contested = self.exports.contested(module).into_iter().map(str::to_string).collect();
        self.asking(How::Namespace(module), |marker| marker.whole(module, true));
    }

    pub(super) fn dynamic(&mut self, id: ModuleId, record: u32, target: ModuleId) {
        self.evaluate(target);
        let splits = self.options.splits();
        let native = self.options.imports_chunks();
        if splits {
            self.links[id].dynamic.push((record, target));
        }
        if native {
            self.helper(id, Helper::PRELOAD);
        }
        let names = self.graph.modules[id].facts.records[record as usize].names.as_deref();
        if self.common_js[target] {
            self.common_js_used(target, None);
            self.helper(if native { target } else { id }, if splits { Helper::TO_ESM } else { Helper::IMPORT });
        } else if let Some(names) = names.filter(|_| !self.has_dynamic_stars(target)) {
            if !native {
                self.namespace_object(target);
            }
            self.asking(How::Namespace(target), |marker| marker.named(target, names));
        } else if native && !self.has_dynamic_stars(target) {
            self.whole.insert(target);
            self.asking(How::Namespace(target), |marker| marker.whole(target, false));
        } else {
            self.namespace(target);
        }
    }
}
