//! Liveness: from the entries along mentions of symbols and statements with effects, to a fixpoint.

mod finish;
mod spaces;

use super::Program;
use super::bind::Bindings;
use super::exports::Exports;
use crate::base::{IndexVec, Lists, ModuleId};
use crate::config::Options;
use crate::lang::js::{ExportTarget, Helper, ImportKind, LocalSym, SymbolKind, sym};
use crate::model::{
    Cause, CjsBinding, EntryKind, ExportBinding, How, Linked, Loader, Mark, Marks, ModuleGraph, ModuleLink, SymbolRef,
    Target, Wrap,
};
use rustc_hash::{FxHashMap, FxHashSet};
use std::collections::BTreeSet;
use std::rc::Rc;

enum Work {
    Evaluate(ModuleId),
    Part(ModuleId, u32),
}

/// `'g`: the graph's; `'a`: of what is made for one linking.
pub(super) struct Marker<'a, 'g> {
    pub(super) graph: &'g ModuleGraph,
    pub(super) options: &'g Options,
    pub(super) common_js: Rc<IndexVec<ModuleId, bool>>,
    pub(super) wraps: &'a IndexVec<ModuleId, Wrap>,
    asynchronous: &'a IndexVec<ModuleId, bool>,
    pub(super) in_place: &'a IndexVec<ModuleId, bool>,
    zones: super::zones::Reader<'a>,
    marked: Vec<BTreeSet<LocalSym>>,
    checked: Vec<BTreeSet<LocalSym>>,
    pub(super) bindings: &'a Bindings,
    calculated: &'a super::constants::Calculated,
    exports: &'a mut Exports<'g>,
    pub(super) links: IndexVec<ModuleId, ModuleLink>,
    declaring: &'a Lists<ModuleId, (LocalSym, u32)>,
    helpers: Vec<BTreeSet<Helper>>,
    /// By module, and (symbol - first_declared): live code mentions it. Empty for modules of which nothing lives.
    mentioned: Vec<Vec<bool>>,
    /// Modules with a namespace object.
    spaces: BTreeSet<ModuleId>,
    /// Modules whose namespaces may be asked for anything.
    whole: FxHashSet<ModuleId>,
    /// What is asked of the namespaces of others.
    partial: FxHashMap<ModuleId, BTreeSet<String>>,
    /// Names of the exports of CommonJS modules that somebody reads; all of them if it is `None`.
    pub(super) read: FxHashMap<ModuleId, Option<FxHashSet<String>>>,
    /// As [`ModuleLink::late_records`].
    late_records: BTreeSet<(ModuleId, u32)>,
    /// By CommonJS module: whether importers that follow Node's rule, and others, read `module.exports` itself.
    pub(super) raw_for: FxHashMap<ModuleId, [bool; 2]>,
    entries: BTreeSet<usize>,
    work: Vec<Work>,
    /// Kept when somebody asks why things live.
    marks: Option<Box<Marks>>,
    /// What is being followed.
    now: Mark,
}

pub fn live(
    program: &mut Program<'_>,
    wraps: &IndexVec<ModuleId, Wrap>,
    in_place: &IndexVec<ModuleId, bool>,
) -> Linked {
    let Program {
        graph, options, entries, exports, bindings, calculated, acts, asynchronous, circles, declaring, ..
    } = program;
    let (graph, options) = (*graph, *options);
    let count = graph.modules.len();
    let link = |(id, module): (ModuleId, &crate::model::Module)| ModuleLink {
        live_parts: vec![false; module.facts.parts.len()],
        acts: acts[id].clone(),
        bindings: bindings[id].clone(),
        order: u32::MAX,
        ..ModuleLink::default()
    };
    let mut marker = Marker {
        graph,
        options,
        common_js: exports.common_js.clone(),
        wraps,
        asynchronous,
        in_place,
        zones: super::zones::Reader { graph, wraps, circles, asynchronous, before: Default::default() },
        marked: vec![BTreeSet::new(); count],
        checked: vec![BTreeSet::new(); count],
        links: graph.modules.iter_ids().map(link).collect(),
        bindings,
        calculated,
        exports,
        declaring,
        helpers: vec![BTreeSet::new(); count],
        mentioned: vec![Vec::new(); count],
        spaces: BTreeSet::new(),
        whole: FxHashSet::default(),
        partial: FxHashMap::default(),
        read: FxHashMap::default(),
        late_records: BTreeSet::new(),
        raw_for: FxHashMap::default(),
        entries: BTreeSet::new(),
        work: Vec::new(),
        marks: options.dumps("shake").then(|| Box::new(no_marks(graph))),
        now: Mark { cause: Cause::Injected, how: How::Plainly },
    };
    for entry in entries.iter() {
        if !matches!(graph.entries[*entry].kind, EntryKind::Worker { .. } | EntryKind::ServiceWorker) {
            marker.entry(*entry);
        }
    }
    marker.now = Mark { cause: Cause::Injected, how: How::Plainly };
    for injected in graph.injected.iter().filter(|injected| graph.modules[**injected].side_effects) {
        marker.evaluate(*injected);
    }
    marker.run();
    marker.namespace_helper();
    marker.run();
    marker.finish()
}

fn no_marks(graph: &ModuleGraph) -> Marks {
    let parts = |module: &crate::model::Module| vec![None; module.facts.parts.len()];
    Marks { modules: graph.modules.iter().map(|_| None).collect(), parts: graph.modules.iter().map(parts).collect() }
}

/// By module: every symbol with a part that declares or changes it, sorted.
pub fn declaring(graph: &ModuleGraph) -> Lists<ModuleId, (LocalSym, u32)> {
    let of_module = |module: &crate::model::Module| {
        let parts = module.facts.parts.iter().enumerate();
        let mut out: Vec<(LocalSym, u32)> = parts
            .flat_map(|(at, part)| part.declares.iter().chain(&part.changes).map(move |symbol| (*symbol, at as u32)))
            .collect();
        out.sort_unstable();
        out
    };
    graph.modules.iter().map(of_module).collect()
}

/// What `Exports::symbol` says of a path that is not one through a namespace.
const UNKNOWN_PATH: Option<&Option<ExportBinding>> = Some(&Some(ExportBinding::Undefined));

impl Marker<'_, '_> {
    fn run(&mut self) {
        while let Some(work) = self.work.pop() {
            match work {
                Work::Evaluate(module) => self.evaluate_now(module),
                Work::Part(module, part) => self.part_now(module, part),
            }
        }
    }

    fn entry(&mut self, entry: usize) {
        if !self.entries.insert(entry) {
            return;
        }
        let module = self.graph.entries[entry].module;
        let before = std::mem::replace(&mut self.now, Mark { cause: Cause::Entry(entry), how: How::Plainly });
        self.evaluate(module);
        if self.graph.entries[entry].kind == EntryKind::User {
            self.whole(module, false);
            if self.options.format != crate::config::Format::Esm && !self.common_js[module] {
                self.namespace(module);
                self.helper(module, Helper::TO_COMMON_JS);
            }
        }
        self.now = before;
    }

    pub(super) fn evaluate(&mut self, module: ModuleId) {
        if !self.links[module].included {
            self.links[module].included = true;
            if let Some(marks) = &mut self.marks {
                marks.modules[module] = Some(self.now);
            }
            self.work.push(Work::Evaluate(module));
        }
    }

    pub(super) fn part(&mut self, module: ModuleId, part: u32) {
        let live = &mut self.links[module].live_parts[part as usize];
        if !*live {
            *live = true;
            if let Some(marks) = &mut self.marks {
                marks.parts[module][part as usize] = Some(self.now);
            }
            self.work.push(Work::Part(module, part));
        }
    }

    pub(super) fn helper(&mut self, module: ModuleId, helper: Helper) {
        if Some(module) == self.graph.runtime || !self.helpers[module.0 as usize].insert(helper) {
            return;
        }
        if let Some(runtime) = self.graph.runtime {
            self.evaluate(runtime);
            if let Some(symbol) = self.graph.helper_symbol(helper) {
                self.declared(runtime, symbol);
            }
        }
    }

    /// How `work` asks for what it marks.
    fn asking<T>(&mut self, how: How, work: impl FnOnce(&mut Self) -> T) -> T {
        let before = std::mem::replace(&mut self.now.how, how);
        let out = work(self);
        self.now.how = before;
        out
    }

    fn evaluate_now(&mut self, id: ModuleId) {
        self.now = Mark { cause: Cause::Module(id), how: How::Plainly };
        let module = &self.graph.modules[id];
        let opaque = self.common_js[id] && !self.shakes_common_js(id);
        let everything = opaque || !self.options.tree_shaking && Some(id) != self.graph.runtime;
        for at in 0..module.facts.parts.len() {
            if self.links[id].acts[at] || everything {
                self.part(id, at as u32);
            }
        }
        if self.common_js[id] {
            self.helper(id, Helper::COMMON_JS);
        }
        let has_require = self.options.format == crate::config::Format::Cjs;
        for helper in module.facts.helpers.iter().filter(|helper| !has_require || **helper != Helper::REQUIRE) {
            self.helper(id, *helper);
        }
        for symbol in self.zones.own(id) {
            self.mark(SymbolRef { module: id, symbol });
        }
        if self.wraps[id] == Wrap::Esm {
            self.helper(id, if self.asynchronous[id] { Helper::ASYNC } else { Helper::ESM });
        }
        let views_common_js = module.facts.import_order.iter().any(|record| {
            matches!(module.targets[*record as usize], Target::Module(target)
                if self.common_js[target] && self.own_view(id, target))
        });
        if views_common_js {
            self.helper(id, Helper::TO_ESM);
        }
        let imports_external = module.targets.iter().any(|target| matches!(target, Target::External(_)));
        if imports_external {
            self.requires_external(id);
        }
        for record in &module.facts.import_order {
            if let Target::Module(target) = module.targets[*record as usize]
                && (self.graph.modules[target].side_effects || !self.options.tree_shaking)
            {
                self.evaluate(target);
            }
        }
    }

    fn part_now(&mut self, id: ModuleId, part: u32) {
        self.now = Mark { cause: Cause::Part(id, part), how: How::Plainly };
        let part = &self.graph.modules[id].facts.parts[part as usize];
        for symbol in &part.uses {
            self.mention(id, *symbol);
        }
        for record in &part.records {
            self.record(id, *record);
        }
        self.common_js_uses(id, part);
    }

    /// Live code of `id` mentions its own symbol number `symbol`.
    fn mention(&mut self, id: ModuleId, symbol: LocalSym) {
        let first = self.graph.modules[id].facts.first_declared();
        if symbol < first {
            self.declared(id, symbol);
            return;
        }
        let symbol = self.meant(id, symbol);
        let at = (symbol - first) as usize;
        let bindings = self.bindings;
        match &bindings[id][at] {
            None => self.declared(id, symbol),
            Some(binding) => {
                let mentioned = &mut self.mentioned[id.0 as usize];
                mentioned.resize(bindings[id].len(), false);
                if !std::mem::replace(&mut mentioned[at], true) {
                    self.bound(id, symbol, binding);
                }
            }
        }
    }

    /// Of a path that is not known, the part that is: the rest is read from it when it runs.
    pub(super) fn meant(&self, id: ModuleId, mut symbol: LocalSym) -> LocalSym {
        let facts = &self.graph.modules[id].facts;
        let unknown = |symbol| self.bindings[id].get((symbol - facts.first_declared()) as usize) == UNKNOWN_PATH;
        while let Some(base) = facts.path_base(symbol).filter(|_| unknown(symbol)) {
            symbol = base;
        }
        symbol
    }

    fn bound(&mut self, id: ModuleId, symbol: LocalSym, binding: &ExportBinding) {
        if let ExportBinding::Symbol(target) = binding
            && self.options.minified()
            && self.zones.risky(id, binding).is_none()
            && !(self.zones.may_precede(id, target.module)
                && self.graph.modules[target.module].facts.is_lexical(target.symbol))
            && let Some(value) =
                self.graph.constant(*target).or(self.calculated.get(target).filter(|value| value.is_short()))
        {
            self.links[id].constants.push((symbol, value.clone()));
            if self.acts(binding) {
                self.evaluate(target.module);
            }
            return;
        }
        self.seen_early(id, binding);
        if let Some(target) = self.zones.risky(id, binding) {
            self.checked[id.0 as usize].insert(symbol);
            self.helper(id, Helper::TDZ);
            self.mark(target);
        }
        if let ExportBinding::CommonJs(found) = binding
            && self.zones.late(id, found, self.own_view(found.via.0, found.module))
        {
            self.late(found);
        }
        if let ExportBinding::Namespace(target) = binding.base() {
            self.namespace_seen_early(id, *target);
        }
        self.external(id, binding);
        self.bring(binding);
        self.lazy_way(id, symbol, binding);
    }

    /// The view of a CommonJS module may be looked at before it is made.
    fn late(&mut self, binding: &CjsBinding) {
        let (via, record) = binding.via;
        let own = self.own_view(via, binding.module);
        if own {
            self.late_records.insert((via, record));
        } else {
            self.links[binding.module].late = true;
        }
        let place = if own { via } else { binding.module };
        self.helper(place, Helper::VIEW);
        self.helper(place, Helper::TO_ESM);
    }

    fn seen_early(&mut self, reader: ModuleId, binding: &ExportBinding) {
        if let ExportBinding::Symbol(target) = binding
            && self.zones.may_precede(reader, target.module)
        {
            self.links[target.module].seen_early = true;
        }
    }

    /// Who has the namespace of a module through its circle of imports may look at its names too early.
    fn namespace_seen_early(&mut self, reader: ModuleId, module: ModuleId) {
        if reader == module || !self.zones.in_circle(reader) {
            return;
        }
        for binding in self.exports.all(module).values() {
            self.seen_early(reader, binding);
            let Some(target) = self.zones.risky(reader, binding) else { continue };
            self.helper(module, Helper::TDZ);
            self.mark(target);
        }
    }

    /// A symbol that somebody may read before its wrapped module has set it.
    fn mark(&mut self, target: SymbolRef) {
        if self.marked[target.module.0 as usize].insert(target.symbol) {
            self.helper(target.module, Helper::EARLY);
            self.helper(target.module, Helper::TDZ);
        }
    }

    /// A module that is called by its importers is reached through them: the barrels that lie between must be
    /// evaluated too, even if they have no effects of their own.
    fn lazy_way(&mut self, id: ModuleId, symbol: LocalSym, binding: &ExportBinding) {
        if self.called_by_importers(binding) {
            self.way(id, symbol, binding);
        }
    }

    fn way(&mut self, id: ModuleId, symbol: LocalSym, binding: &ExportBinding) {
        let graph = self.graph;
        let facts = &graph.modules[id].facts;
        let step = match facts.declared(symbol).map(|declared| &declared.kind) {
            Some(SymbolKind::Import { record, name }) => Some((*record, name.as_str())),
            Some(SymbolKind::Namespace { record }) => Some((*record, "*")),
            Some(SymbolKind::Member { namespace, name }) => match facts.declared(*namespace).map(|found| &found.kind) {
                Some(SymbolKind::Namespace { record }) => Some((*record, name.as_str())),
                _ => {
                    let (base, first) = (*namespace, facts.first_declared());
                    let bindings = self.bindings;
                    if let Some(Some(found)) = bindings[id].get((base - first) as usize) {
                        self.way(id, base, found);
                        if let ExportBinding::Namespace(module) = found {
                            self.walk_way(*module, name.clone(), binding);
                        }
                    }
                    return;
                }
            },
            _ => None,
        };
        let Some((record, name)) = step else { return };
        if let Target::Module(way) = self.graph.modules[id].targets[record as usize] {
            self.walk_way(way, name.to_string(), binding);
        }
    }

    fn called_by_importers(&self, binding: &ExportBinding) -> bool {
        match binding.base() {
            ExportBinding::Symbol(SymbolRef { module, .. }) | ExportBinding::Namespace(module) => {
                self.wraps[*module] == Wrap::Esm
            }
            ExportBinding::CommonJs(binding) => self.own_view(binding.via.0, binding.module),
            _ => false,
        }
    }

    /// Evaluates the modules through which `name` of `module` leads to `binding`.
    fn walk_way(&mut self, mut module: ModuleId, mut name: String, binding: &ExportBinding) {
        let mut seen = FxHashSet::default();
        while seen.insert((module, name.clone())) {
            self.evaluate(module);
            let facts = &self.graph.modules[module].facts;
            let targets = &self.graph.modules[module].targets;
            let export = facts.exports.iter().find(|export| export.name == name).map(|export| &export.target);
            let alias = facts.default_alias.filter(|_| !is_default_of(binding, module));
            let next = match export {
                Some(ExportTarget::From { record, name }) => Some((*record, name.clone())),
                Some(ExportTarget::Symbol(symbol)) => {
                    let symbol = alias.filter(|_| *symbol == sym::DEFAULT).unwrap_or(*symbol);
                    match facts.declared(symbol).map(|declared| &declared.kind) {
                        Some(SymbolKind::Import { record, name }) => Some((*record, name.clone())),
                        _ => None,
                    }
                }
                Some(ExportTarget::NamespaceFrom { .. }) => None,
                None => {
                    let leads = |record: &&u32| match targets[**record as usize] {
                        Target::Module(target) => self.exports.all(target).get(&name) == Some(binding),
                        _ => false,
                    };
                    facts.stars.iter().find(leads).map(|record| (*record, name.clone()))
                }
            };
            let Some((record, next_name)) = next else { return };
            let Target::Module(target) = self.graph.modules[module].targets[record as usize] else { return };
            (module, name) = (target, next_name);
        }
    }

    /// Something mentions what `binding` stands for, and may do with it what it likes.
    fn binding(&mut self, binding: &ExportBinding) {
        if let ExportBinding::CommonJs(found) = binding.base() {
            self.common_js_used(
                found.module,
                Some(found.name.as_str()).filter(|name| !matches!(*name, "default" | "*")),
            );
        }
        self.bring(binding);
    }

    /// What is mentioned must be there.
    fn bring(&mut self, binding: &ExportBinding) {
        match binding.base() {
            ExportBinding::Symbol(SymbolRef { module, symbol }) => {
                self.declared(*module, *symbol);
                self.evaluate(*module);
            }
            ExportBinding::Namespace(module) => self.namespace(*module),
            ExportBinding::CommonJs(found) => self.interop(found.via.0, found.module, found.node, found.raw),
            ExportBinding::External { .. }
            | ExportBinding::Literal(_)
            | ExportBinding::Undefined
            | ExportBinding::Property { .. } => {}
        }
    }

    fn declared(&mut self, id: ModuleId, symbol: LocalSym) {
        let declaring = self.declaring;
        let from = declaring[id].partition_point(|(known, _)| *known < symbol);
        let how = if self.now.how == How::Plainly { How::Name(symbol) } else { self.now.how };
        self.asking(how, |marker| {
            for (_, part) in declaring[id][from..].iter().take_while(|(known, _)| *known == symbol) {
                marker.part(id, *part);
            }
        });
        self.evaluate(id);
    }

    fn record(&mut self, id: ModuleId, record: u32) {
        let module = &self.graph.modules[id];
        let kind = module.facts.records[record as usize].kind;
        match (&module.targets[record as usize], kind) {
            (Target::Module(target), ImportKind::Require) => self.required(id, *target),
            (Target::Module(target), ImportKind::Dynamic) => self.dynamic(id, record, *target),
            (Target::Worker(entry), _) => {
                let entry = *entry;
                self.links[id].workers.push((record, entry));
                self.entry(entry);
            }
            (Target::External(_) | Target::Unresolved, ImportKind::Require | ImportKind::RequireResolve)
                if self.options.format != crate::config::Format::Cjs =>
            {
                self.helper(id, Helper::REQUIRE);
            }
            _ => {}
        }
    }

    fn required(&mut self, id: ModuleId, target: ModuleId) {
        self.evaluate(target);
        if self.common_js[target] {
            return;
        }
        if self.graph.modules[target].loader == Loader::Json {
            self.declared(target, sym::DEFAULT);
            return;
        }
        self.helper(id, Helper::TO_COMMON_JS);
        self.namespace(target);
    }
}

/// The variable that `export default` of a module makes.
fn is_default_of(binding: &ExportBinding, module: ModuleId) -> bool {
    *binding == ExportBinding::Symbol(SymbolRef { module, symbol: sym::DEFAULT })
}
