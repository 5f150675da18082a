//! What an export name of a module stands for, through any chain of re-exports (ECMA-262 ResolveExport).

use crate::base::{IndexVec, ModuleId};
use crate::lang::js::{Constant, ExportTarget, LocalSym, ModuleFacts, SymbolKind, sym};
use crate::model::{CjsBinding, ExportBinding, Loader, ModuleGraph, SymbolRef, Target};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::{BTreeMap, BTreeSet};
use std::rc::Rc;
use std::sync::Arc;

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

/// What `export *` brings of a name, where CommonJS is among the sources: Node goes by what its lexer sees.
#[derive(Clone, PartialEq)]
enum Seen {
    Nothing,
    One(ExportBinding),
    /// A namespace has none of them.
    Several,
}

/// Every name a module exports, with `export *` followed, and what it is bound to.
pub type Names = Arc<BTreeMap<String, ExportBinding>>;

pub struct Exports<'a> {
    pub graph: &'a ModuleGraph,
    pub common_js: Rc<IndexVec<ModuleId, bool>>,
    memo: FxHashMap<(ModuleId, &'a str), Resolution>,
    /// By module: where its own exports are, if they are too many to be looked through.
    by_name: Vec<Option<FxHashMap<&'a str, usize>>>,
    /// By module.
    all: Vec<Option<Names>>,
    /// By module: `export *` leads to CommonJS, maybe through others.
    reaches: Vec<Option<bool>>,
    visiting: Vec<(ModuleId, &'a str)>,
}

/// Up to this many exports are looked through one by one.
const FEW: usize = 8;

impl<'a> Exports<'a> {
    pub fn new(graph: &'a ModuleGraph, common_js: Rc<IndexVec<ModuleId, bool>>) -> Self {
        let count = graph.modules.len();
        let memo = FxHashMap::default();
        Exports {
            graph,
            common_js,
            memo,
            by_name: vec![None; count],
            all: vec![None; count],
            reaches: vec![None; count],
            visiting: Vec::new(),
        }
    }

    fn own(&mut self, module: ModuleId, name: &str) -> Option<&'a ExportTarget> {
        let exports = &self.graph.modules[module].facts.exports;
        if exports.len() <= FEW {
            return exports.iter().rfind(|export| export.name == name).map(|export| &export.target);
        }
        let index = self.by_name[module.0 as usize]
            .get_or_insert_with(|| exports.iter().enumerate().map(|(at, export)| (export.name.as_str(), at)).collect());
        index.get(name).map(|at| &exports[*at].target)
    }

    /// What `name` of `module` is, for an importer that follows Node's interop rule or not.
    pub fn resolve(&mut self, module: ModuleId, name: &'a str) -> Resolution {
        let graph = self.graph;
        let own = self.own(module, name);
        let alias = graph.modules[module].facts.default_alias;
        if let Some(ExportTarget::Symbol(symbol)) = own
            && is_own(&graph.modules[module].facts, *symbol)
            && (*symbol != sym::DEFAULT || alias.is_none())
        {
            return Resolution::Found(ExportBinding::Symbol(SymbolRef { module, symbol: *symbol }));
        }
        let key = (module, name);
        if let Some(known) = self.memo.get(&key) {
            return known.clone();
        }
        if self.visiting.contains(&key) {
            return Resolution::Circular;
        }
        self.visiting.push(key);
        let found = match own {
            Some(ExportTarget::Symbol(sym::DEFAULT)) => self.aliased(module, alias),
            Some(ExportTarget::Symbol(symbol)) => self.symbol(module, *symbol),
            Some(ExportTarget::From { record, name }) => self.through(module, *record, name),
            Some(ExportTarget::NamespaceFrom { record }) => self.namespace(module, *record),
            None if name == "default" => Resolution::Missing,
            None => self.through_stars(module, name),
        };
        self.visiting.pop();
        // Inside a cycle the answer may depend on where the search began.
        if self.visiting.is_empty() || matches!(found, Resolution::Found(_) | Resolution::Guess(_)) {
            self.memo.insert(key, found.clone());
        }
        found
    }

    /// The default export of a module that gives it another name there, which is the same thing if it never changes. What
    /// another module declares is not found by going around a module without effects: it may do something to that, and is
    /// evaluated only for names of its own.
    fn aliased(&mut self, module: ModuleId, alias: Option<LocalSym>) -> Resolution {
        let itself = Resolution::Found(ExportBinding::Symbol(SymbolRef { module, symbol: sym::DEFAULT }));
        let Some(alias) = alias else { return itself };
        if is_own(&self.graph.modules[module].facts, alias) {
            return Resolution::Found(ExportBinding::Symbol(SymbolRef { module, symbol: alias }));
        }
        if !self.graph.modules[module].side_effects {
            return itself;
        }
        match self.symbol(module, alias) {
            Resolution::Found(ExportBinding::Symbol(target)) => {
                let declared = self.graph.modules[target.module].facts.declared(target.symbol);
                let constant = declared.is_none_or(|declared| declared.constant);
                if constant { Resolution::Found(ExportBinding::Symbol(target)) } else { itself }
            }
            Resolution::Found(ExportBinding::Namespace(target)) => Resolution::Found(ExportBinding::Namespace(target)),
            _ => itself,
        }
    }

    /// All that a module exports; names that resolve to nothing are left out.
    pub fn all(&mut self, module: ModuleId) -> Names {
        if let Some(known) = &self.all[module.0 as usize] {
            return known.clone();
        }
        let mut found = BTreeMap::new();
        let contested = self.contested(module);
        for name in self.names(module) {
            if contested.contains(&name) {
                continue;
            }
            match self.resolve(module, name) {
                // Only the namespace object itself knows: it is not asked by its own getter.
                Resolution::Guess(ExportBinding::Property { object, .. })
                    if *object == ExportBinding::Namespace(module) => {}
                Resolution::Found(binding) | Resolution::Guess(binding) => {
                    found.insert(name.to_string(), binding);
                }
                _ => {}
            }
        }
        let found = Arc::new(found);
        self.all[module.0 as usize] = Some(found.clone());
        found
    }

    fn through_stars(&mut self, module: ModuleId, name: &'a str) -> Resolution {
        let graph = self.graph;
        let mut found: Option<(ModuleId, ExportBinding)> = None;
        let mut guesses = Vec::new();
        for record in graph.modules[module].facts.stars.iter().copied() {
            let target = match &graph.modules[module].targets[record as usize] {
                Target::Module(target) if !self.common_js[*target] => *target,
                // Only the run time knows the names of these.
                Target::Module(_) | Target::External(_) => {
                    if let Resolution::Found(binding) = self.through(module, record, name) {
                        guesses.push(binding);
                    }
                    continue;
                }
                _ => continue,
            };
            match self.resolve(target, name) {
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

    /// Names, sorted, that a CommonJS module and another one bring through `export *`. Node's namespace objects have none of
    /// them; what imports such a name gets that of the ES module, or of the first one, as other bundlers have it.
    pub fn contested(&mut self, module: ModuleId) -> Vec<&'a str> {
        if !self.reaches_common_js(module) {
            return Vec::new();
        }
        let names = self.names(module);
        names.into_iter().filter(|name| self.stars(module, name, &mut Vec::new()) == Seen::Several).collect()
    }

    fn reaches_common_js(&mut self, module: ModuleId) -> bool {
        if let Some(known) = self.reaches[module.0 as usize] {
            return known;
        }
        let mut seen = FxHashSet::from_iter([module]);
        let mut work = vec![module];
        let mut found = false;
        while let Some(at) = work.pop().filter(|_| !found) {
            let at = &self.graph.modules[at];
            for record in &at.facts.stars {
                let Target::Module(target) = at.targets[*record as usize] else { continue };
                found |= self.common_js[target];
                if seen.insert(target) {
                    work.push(target);
                }
            }
        }
        self.reaches[module.0 as usize] = Some(found);
        found
    }

    fn stars(&mut self, module: ModuleId, name: &'a str, visited: &mut Vec<ModuleId>) -> Seen {
        let mut found = Seen::Nothing;
        if self.own(module, name).is_some() || name == "default" || visited.contains(&module) {
            return found;
        }
        visited.push(module);
        let graph = self.graph;
        for record in graph.modules[module].facts.stars.iter().copied() {
            let Target::Module(target) = graph.modules[module].targets[record as usize] else { continue };
            let next = if self.common_js[target] || self.own(target, name).is_some() {
                match self.through(module, record, name) {
                    Resolution::Found(binding) if !self.common_js[target] || self.seen(&binding) => Seen::One(binding),
                    _ => Seen::Nothing,
                }
            } else {
                self.stars(target, name, visited)
            };
            found = match (found, next) {
                (before, Seen::Nothing) => before,
                (Seen::Nothing, next) => next,
                (Seen::One(a), Seen::One(b)) if same(&a, &b) => Seen::One(a),
                _ => return Seen::Several,
            };
        }
        found
    }

    fn seen(&self, binding: &ExportBinding) -> bool {
        let ExportBinding::CommonJs(found) = binding else { return false };
        self.graph.modules[found.module].facts.cjs_exports.contains(&found.name)
    }

    /// The binding of a symbol of a module, followed if it is itself imported.
    pub fn symbol(&mut self, module: ModuleId, symbol: LocalSym) -> Resolution {
        let facts = &self.graph.modules[module].facts;
        match facts.declared(symbol).map(|declared| &declared.kind) {
            None | Some(SymbolKind::Local) => Resolution::Found(ExportBinding::Symbol(SymbolRef { module, symbol })),
            Some(SymbolKind::Import { record, name }) => self.through(module, *record, name),
            Some(SymbolKind::Namespace { record }) => self.namespace(module, *record),
            Some(SymbolKind::Member { namespace, name }) => {
                match facts.declared(*namespace).map(|declared| &declared.kind) {
                    Some(SymbolKind::Namespace { record }) => self.member(module, *record, name),
                    _ => self.path(module, *namespace, name),
                }
            }
            Some(SymbolKind::Asked { namespace, name }) => {
                let known = self.asked(module, *namespace, name.as_deref());
                Resolution::Found(known.map_or(ExportBinding::Undefined, ExportBinding::Literal))
            }
        }
    }

    /// `'name' in x` and `x[Symbol.toStringTag]` where `x` is a namespace: an object without prototype.
    fn asked(&mut self, module: ModuleId, base: LocalSym, name: Option<&str>) -> Option<Constant> {
        let Resolution::Found(ExportBinding::Namespace(target)) = self.symbol(module, base) else { return None };
        let Some(name) = name else { return Some(Constant::Text("Module".into())) };
        let graph = self.graph;
        let own = graph.modules[target].facts.exports.iter().any(|export| export.name == name);
        (own || !self.has_open_stars(target)).then(|| Constant::Bool(self.all(target).contains_key(name)))
    }

    /// `export *` leads to what only the run time knows the names of.
    fn has_open_stars(&self, module: ModuleId) -> bool {
        let mut seen = FxHashSet::from_iter([module]);
        let mut work = vec![module];
        while let Some(at) = work.pop() {
            let at = &self.graph.modules[at];
            for record in &at.facts.stars {
                match at.targets[*record as usize] {
                    Target::Module(target) if !self.common_js[target] => {
                        work.extend(seen.insert(target).then_some(target))
                    }
                    _ => return true,
                }
            }
        }
        false
    }

    /// `x.name` where `x` is imported: what a namespace exports, if `x` is one; else the path is not known.
    fn path(&mut self, module: ModuleId, base: LocalSym, name: &'a str) -> Resolution {
        let unknown = Resolution::Found(ExportBinding::Undefined);
        if let Some(target) = self.classes(module, base) {
            let known = name != "default" && self.own(target, name).is_some();
            return if known { self.resolve(target, name) } else { unknown };
        }
        match self.symbol(module, base) {
            Resolution::Found(ExportBinding::Namespace(target)) if !self.common_js[target] => {
                match self.resolve(target, name) {
                    Resolution::Found(found) => Resolution::Found(found),
                    _ => unknown,
                }
            }
            _ => unknown,
        }
    }

    /// The CSS module of whose names a symbol is the object. Each of them is an export too.
    pub fn classes(&mut self, module: ModuleId, symbol: LocalSym) -> Option<ModuleId> {
        let Resolution::Found(ExportBinding::Symbol(found)) = self.symbol(module, symbol) else { return None };
        let is_names = self.graph.modules[found.module].loader == Loader::LocalCss
            && found.module != module
            && matches!(self.own(found.module, "default"), Some(ExportTarget::Symbol(names)) if *names == found.symbol);
        is_names.then_some(found.module)
    }

    /// `ns.name` where the namespace is that of the record. What may not exist is asked of the namespace itself.
    fn member(&mut self, module: ModuleId, record: u32, name: &'a str) -> Resolution {
        let property = |object: ExportBinding| {
            Resolution::Found(ExportBinding::Property { object: Box::new(object), name: name.to_string() })
        };
        if let Target::Module(target) = self.graph.modules[module].targets[record as usize]
            && self.own(target, name).is_none()
            && self.reaches_common_js(target)
            && self.stars(target, name, &mut Vec::new()) == Seen::Several
        {
            return Resolution::Found(ExportBinding::Undefined);
        }
        match (&self.graph.modules[module].targets[record as usize], self.through(module, record, name)) {
            (Target::External(specifier), _) => {
                property(ExportBinding::External { specifier: specifier.clone(), name: "*".into() })
            }
            (Target::Module(target), Resolution::Guess(_)) => property(ExportBinding::Namespace(*target)),
            (_, found) => found,
        }
    }

    /// `name` of what a record of `module` leads to.
    pub fn through(&mut self, module: ModuleId, record: u32, name: &'a str) -> Resolution {
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
            Target::Module(target) => self.resolve(*target, name),
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
    pub fn names(&self, module: ModuleId) -> BTreeSet<&'a str> {
        let graph = self.graph;
        let mut names = BTreeSet::new();
        let mut seen = FxHashSet::default();
        let mut work = vec![(module, true)];
        while let Some((at, root)) = work.pop() {
            if !seen.insert(at) {
                continue;
            }
            let facts = &graph.modules[at].facts;
            names.extend(
                facts.exports.iter().map(|export| export.name.as_str()).filter(|name| root || *name != "default"),
            );
            for record in &facts.stars {
                match graph.modules[at].targets[*record as usize] {
                    // As far as they can be seen; the run time may find more.
                    Target::Module(target) if self.common_js[target] => {
                        let seen = graph.modules[target].facts.cjs_exports.iter().map(String::as_str);
                        names.extend(seen.filter(|name| !matches!(*name, "default" | "__esModule")));
                    }
                    Target::Module(target) => work.push((target, false)),
                    _ => {}
                }
            }
        }
        names
    }
}

/// Whoever imports it, a name of CommonJS is one.
fn same(a: &ExportBinding, b: &ExportBinding) -> bool {
    match (a, b) {
        (ExportBinding::CommonJs(a), ExportBinding::CommonJs(b)) => a.module == b.module && a.name == b.name,
        _ => a == b,
    }
}

/// Declared by the module itself, not imported.
fn is_own(facts: &ModuleFacts, symbol: LocalSym) -> bool {
    facts.declared(symbol).is_none_or(|declared| matches!(declared.kind, SymbolKind::Local))
}
