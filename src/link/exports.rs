//! What an export name of a module stands for, through any chain of re-exports (ECMA-262 ResolveExport).

use crate::base::{IndexVec, ModuleId};
use crate::lang::js::{ExportTarget, LocalSym, SymbolKind};
use crate::model::{CjsBinding, ExportBinding, ModuleGraph, SymbolRef, Target};
use rustc_hash::{FxHashMap, FxHashSet};

#[derive(Clone, PartialEq, Debug)]
pub enum Resolution {
    Found(ExportBinding),
    /// Through `export *` of something whose names only the run time knows: this, if nothing else has the name.
    Guess(ExportBinding),
    Missing,
    /// Two different bindings of the name come through `export *`, from these modules.
    Ambiguous(ModuleId, ModuleId),
    /// A cycle of re-exports without an origin.
    Circular,
}

pub struct Exports<'a> {
    pub graph: &'a ModuleGraph,
    pub common_js: &'a IndexVec<ModuleId, bool>,
    memo: FxHashMap<(ModuleId, String), Resolution>,
    by_name: Vec<FxHashMap<&'a str, usize>>,
}

impl<'a> Exports<'a> {
    pub fn new(graph: &'a ModuleGraph, common_js: &'a IndexVec<ModuleId, bool>) -> Self {
        let by_name = graph
            .modules
            .iter()
            .map(|module| module.facts.exports.iter().enumerate().map(|(at, export)| (&*export.name, at)).collect())
            .collect();
        Exports { graph, common_js, memo: FxHashMap::default(), by_name }
    }

    /// What `name` of `module` is, for an importer that follows Node's interop rule or not.
    pub fn resolve(&mut self, module: ModuleId, name: &str) -> Resolution {
        self.resolve_visiting(module, name, &mut FxHashSet::default())
    }

    fn resolve_visiting(
        &mut self,
        module: ModuleId,
        name: &str,
        visiting: &mut FxHashSet<(ModuleId, String)>,
    ) -> Resolution {
        let key = (module, name.to_string());
        if let Some(known) = self.memo.get(&key) {
            return known.clone();
        }
        if !visiting.insert(key.clone()) {
            return Resolution::Circular;
        }
        let found = self.compute(module, name, visiting);
        visiting.remove(&key);
        // Inside a cycle the answer may depend on where the search began.
        if visiting.is_empty() || matches!(found, Resolution::Found(_) | Resolution::Guess(_)) {
            self.memo.insert(key, found.clone());
        }
        found
    }

    fn compute(&mut self, module: ModuleId, name: &str, visiting: &mut FxHashSet<(ModuleId, String)>) -> Resolution {
        if let Some(at) = self.by_name[module.0 as usize].get(name).copied() {
            return match &self.graph.modules[module].facts.exports[at].target {
                ExportTarget::Symbol(symbol) => self.symbol(module, *symbol, visiting),
                ExportTarget::From { record, name } => {
                    let name = name.clone();
                    self.through(module, *record, &name, visiting)
                }
                ExportTarget::NamespaceFrom { record } => self.namespace(module, *record),
            };
        }
        if name == "default" {
            return Resolution::Missing;
        }
        self.through_stars(module, name, visiting)
    }

    fn through_stars(
        &mut self,
        module: ModuleId,
        name: &str,
        visiting: &mut FxHashSet<(ModuleId, String)>,
    ) -> Resolution {
        let stars = self.graph.modules[module].facts.stars.clone();
        let mut found: Option<(ModuleId, ExportBinding)> = None;
        let mut guesses = Vec::new();
        for record in stars {
            let target = match &self.graph.modules[module].targets[record as usize] {
                Target::Module(target) if !self.common_js[*target] => *target,
                // Only the run time knows the names of these.
                Target::Module(_) | Target::External(_) => {
                    if let Resolution::Found(binding) = self.through(module, record, name, visiting) {
                        guesses.push(binding);
                    }
                    continue;
                }
                _ => continue,
            };
            match self.resolve_visiting(target, name, visiting) {
                Resolution::Found(binding) => match &found {
                    Some((first, known)) if *known != binding => return Resolution::Ambiguous(*first, target),
                    _ => found = Some((target, binding)),
                },
                Resolution::Guess(binding) => guesses.push(binding),
                Resolution::Ambiguous(a, b) => return Resolution::Ambiguous(a, b),
                Resolution::Missing | Resolution::Circular => {}
            }
        }
        // Of those that may have the name, the ones that are seen to have it.
        if guesses.iter().any(|guess| self.seen(guess)) {
            guesses.retain(|guess| self.seen(guess));
        }
        let same = guesses.windows(2).all(|pair| pair[0] == pair[1]);
        match (found, guesses.pop()) {
            (Some((_, binding)), _) => Resolution::Found(binding),
            (None, Some(binding)) if same => Resolution::Guess(binding),
            // Which of them has the name, the namespace knows.
            (None, Some(_)) => {
                let object = Box::new(ExportBinding::Namespace(module));
                Resolution::Guess(ExportBinding::Property { object, name: name.to_string() })
            }
            (None, None) => Resolution::Missing,
        }
    }

    fn seen(&self, binding: &ExportBinding) -> bool {
        let ExportBinding::CommonJs(found) = binding else { return false };
        self.graph.modules[found.module].facts.cjs_exports.contains(&found.name)
    }

    /// The binding of a symbol of a module, followed if it is itself imported.
    pub fn symbol(
        &mut self,
        module: ModuleId,
        symbol: LocalSym,
        visiting: &mut FxHashSet<(ModuleId, String)>,
    ) -> Resolution {
        let kind = self.graph.modules[module].facts.declared(symbol).map(|declared| declared.kind.clone());
        match kind {
            None | Some(SymbolKind::Local) => Resolution::Found(ExportBinding::Symbol(SymbolRef { module, symbol })),
            Some(SymbolKind::Import { record, name }) => self.through(module, record, &name, visiting),
            Some(SymbolKind::Namespace { record }) => self.namespace(module, record),
            Some(SymbolKind::Member { namespace, name }) => {
                let record =
                    self.graph.modules[module].facts.declared(namespace).and_then(|declared| match declared.kind {
                        SymbolKind::Namespace { record } => Some(record),
                        _ => None,
                    });
                match record {
                    Some(record) => self.member(module, record, &name, visiting),
                    None => Resolution::Missing,
                }
            }
        }
    }

    /// `ns.name` where the namespace is that of the record. What may not exist is asked of the namespace itself.
    fn member(
        &mut self,
        module: ModuleId,
        record: u32,
        name: &str,
        visiting: &mut FxHashSet<(ModuleId, String)>,
    ) -> Resolution {
        let property = |object: ExportBinding| {
            Resolution::Found(ExportBinding::Property { object: Box::new(object), name: name.to_string() })
        };
        match (&self.graph.modules[module].targets[record as usize], self.through(module, record, name, visiting)) {
            (Target::External(specifier), _) => {
                property(ExportBinding::External { specifier: specifier.clone(), name: "*".into() })
            }
            (Target::Module(target), Resolution::Guess(_)) => property(ExportBinding::Namespace(*target)),
            (_, found) => found,
        }
    }

    /// `name` of what a record of `module` leads to.
    pub fn through(
        &mut self,
        module: ModuleId,
        record: u32,
        name: &str,
        visiting: &mut FxHashSet<(ModuleId, String)>,
    ) -> Resolution {
        let node = self.graph.modules[module].node_esm;
        match &self.graph.modules[module].targets[record as usize] {
            Target::Module(target) if self.common_js[*target] => {
                Resolution::Found(ExportBinding::CommonJs(CjsBinding {
                    module: *target,
                    via: (module, record),
                    node,
                    name: name.to_string(),
                    raw: self.is_raw(*target, name, node),
                }))
            }
            Target::Module(target) => {
                let target = *target;
                self.resolve_visiting(target, name, visiting)
            }
            Target::External(specifier) => {
                Resolution::Found(ExportBinding::External { specifier: specifier.clone(), name: name.to_string() })
            }
            _ => Resolution::Found(ExportBinding::Undefined),
        }
    }

    /// `name` means the same of `module.exports` as of the view that an `import` has of it.
    fn is_raw(&self, module: ModuleId, name: &str, node: bool) -> bool {
        let origin = self.origin(module).map(|origin| &self.graph.modules[origin].facts);
        match name {
            "*" | "module.exports" => false,
            // Unless it is one that calls itself an ES module, it is its own default export.
            "default" => origin.is_some_and(|facts| node || facts.cjs_object && !facts.cjs_es_module),
            _ => origin.is_some_and(|facts| facts.cjs_object),
        }
    }

    /// The CommonJS module that makes what `module` exports.
    fn origin(&self, mut module: ModuleId) -> Option<ModuleId> {
        let mut seen = FxHashSet::default();
        while seen.insert(module) {
            let found = &self.graph.modules[module];
            let Some(record) = found.facts.cjs_alias.filter(|_| found.facts.cjs_simple) else { return Some(module) };
            let Target::Module(target) = found.targets[record as usize] else { return None };
            if !self.common_js[target] || found.facts.cjs_es_module {
                return None;
            }
            module = target;
        }
        None
    }

    pub fn namespace(&self, module: ModuleId, record: u32) -> Resolution {
        let node = self.graph.modules[module].node_esm;
        Resolution::Found(match &self.graph.modules[module].targets[record as usize] {
            Target::Module(target) if self.common_js[*target] => ExportBinding::CommonJs(CjsBinding {
                module: *target,
                via: (module, record),
                node,
                name: "*".into(),
                raw: false,
            }),
            Target::Module(target) => ExportBinding::Namespace(*target),
            Target::External(specifier) => ExportBinding::External { specifier: specifier.clone(), name: "*".into() },
            _ => ExportBinding::Undefined,
        })
    }

    /// Every name that `import *` would show, `default` through stars left out.
    pub fn names(&self, module: ModuleId) -> Vec<String> {
        let mut names = std::collections::BTreeSet::new();
        let mut seen = FxHashSet::default();
        let mut work = vec![(module, true)];
        while let Some((at, root)) = work.pop() {
            if !seen.insert(at) {
                continue;
            }
            let facts = &self.graph.modules[at].facts;
            names.extend(
                facts.exports.iter().map(|export| export.name.clone()).filter(|name| root || name != "default"),
            );
            for record in &facts.stars {
                match self.graph.modules[at].targets[*record as usize] {
                    // As far as they can be seen; the run time may find more.
                    Target::Module(target) if self.common_js[target] => {
                        let seen = self.graph.modules[target].facts.cjs_exports.iter();
                        names.extend(seen.filter(|name| !matches!(name.as_str(), "default" | "__esModule")).cloned());
                    }
                    Target::Module(target) => work.push((target, false)),
                    _ => {}
                }
            }
        }
        names.into_iter().collect()
    }
}
