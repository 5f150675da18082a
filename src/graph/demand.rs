//! What is asked of each module, so that records that nobody asks for are not followed.
//!
//! A module that says it has no effects (`sideEffects`) is read when it is imported, but what it imports is followed
//! only for what is asked of it: a record of `export { x } from` when somebody asks for `x`, the records of its own
//! statements when somebody asks for something that these declare. A barrel of 10,000 re-exports costs what is used of
//! it. What is followed in the end does not depend on the order in which it was asked for.

use super::discover::{Body, Discovery, Early, Importer, Link, Node};
use super::project::{Place, Project};
use super::records::Mentions;
use super::resolve::{Class, Folder, Resolved};
use super::shards::lock;
use super::{loaders, queries, script};
use crate::diag::Diagnostic;
use crate::lang::js::{ExportTarget, ImportKind, ImportRecord, LocalSym, ModuleFacts, SourceType, SymbolKind};
use crate::model::{Loader, Module};
use rayon::Scope;
use rustc_hash::FxHashSet;
use std::cell::OnceCell;
use std::path::PathBuf;
use std::sync::Arc;

/// What an importer asks of a module.
#[derive(Clone, PartialEq, Eq, Hash, Debug)]
pub(super) enum Want {
    /// The namespace object, or whatever there is.
    All,
    Name(Arc<str>),
}

/// A module, and what was asked of it.
pub(super) enum Asked {
    /// It is not read yet, or is no ES module: then nothing depends on what is asked.
    Waiting(Vec<Want>),
    Read(Box<Read>),
}

impl Default for Asked {
    fn default() -> Self {
        Asked::Waiting(Vec::new())
    }
}

/// An ES module that has been read.
pub(super) struct Read {
    node: Node,
    place: Place,
    names: Names,
    folder: Arc<Folder>,
    /// As [`queries::take_only_default`], once something is followed.
    only_default: Option<Vec<bool>>,
    /// Records that are followed for what the module's own statements do, and what these ask for.
    own: Vec<(u32, Want)>,
    asked: FxHashSet<Want>,
    /// Nothing is followed before it is asked for.
    waits: bool,
    /// Somebody asks for something that its own statements declare.
    runs: bool,
    /// By record, of those that were followed late.
    problems: Vec<(u32, Vec<Diagnostic>)>,
    missed: Vec<(u32, Vec<PathBuf>)>,
}

/// Whether what `module` imports may wait until it is asked for.
pub(super) fn may_wait(module: &Module, tree_shaking: bool) -> bool {
    tree_shaking && !module.side_effects && module.source_is_file && is_named(module)
}

/// Whether it is known what its names stand for.
pub(super) fn is_named(module: &Module) -> bool {
    module.facts.source_type == SourceType::Esm && !module.facts.ambiguous && module.loader != Loader::Json
}

/// What the statements of a module ask for, by record; all that it imports if they are not looked at one by one.
fn own(facts: &ModuleFacts, waits: bool) -> Vec<(u32, Want)> {
    let first = facts.first_declared();
    let mut used: FxHashSet<LocalSym> =
        facts.parts.iter().flat_map(|part| part.uses.iter().copied()).filter(|symbol| *symbol >= first).collect();
    if !waits {
        let exported = facts.exports.iter().filter_map(|export| match export.target {
            ExportTarget::Symbol(symbol) => Some(symbol),
            _ => None,
        });
        used.extend(exported);
    }
    let mut out = Vec::new();
    for (at, symbol) in facts.symbols.iter().enumerate() {
        let used = used.contains(&(first + at as u32));
        let asks = match &symbol.kind {
            SymbolKind::Namespace { .. } => used,
            SymbolKind::Local => false,
            SymbolKind::Import { .. } | SymbolKind::Member { .. } => used || !waits,
            SymbolKind::Asked { .. } => used,
        };
        if asks {
            out.extend(imported(facts, &symbol.kind));
        }
    }
    for (at, record) in facts.records.iter().enumerate() {
        match &record.names {
            _ if record.kind == ImportKind::Import => {}
            Some(names) => {
                let names = names.iter().map(String::as_str).chain([ImportRecord::THEN]);
                out.extend(names.map(|name| (at as u32, Want::Name(name.into()))));
            }
            None => out.push((at as u32, Want::All)),
        }
    }
    if !waits {
        out.extend(facts.exports.iter().filter_map(|export| passed_on(facts, &export.target)));
    }
    out
}

/// The record through which an imported symbol comes, and what it asks for.
fn imported(facts: &ModuleFacts, kind: &SymbolKind) -> Option<(u32, Want)> {
    match kind {
        SymbolKind::Import { record, name } => Some((*record, Want::Name(name.as_str().into()))),
        SymbolKind::Namespace { record } => Some((*record, Want::All)),
        SymbolKind::Member { namespace, name } => match facts.declared(*namespace).map(|declared| &declared.kind) {
            Some(SymbolKind::Namespace { record }) => Some((*record, Want::Name(name.as_str().into()))),
            Some(base) => imported(facts, base),
            None => None,
        },
        SymbolKind::Asked { namespace, .. } => imported(facts, &facts.declared(*namespace)?.kind),
        SymbolKind::Local => None,
    }
}

/// The same of an export that the module does not declare itself.
fn passed_on(facts: &ModuleFacts, target: &ExportTarget) -> Option<(u32, Want)> {
    match target {
        ExportTarget::From { record, name } => Some((*record, Want::Name(name.as_str().into()))),
        ExportTarget::NamespaceFrom { record } => Some((*record, Want::All)),
        ExportTarget::Symbol(symbol) => imported(facts, &facts.declared(*symbol)?.kind),
    }
}

/// What asking a module for something comes to.
#[derive(Default)]
struct Answer {
    /// Records to follow, and what to ask there.
    through: Vec<(u32, Want)>,
    /// Its own statements are needed.
    runs: bool,
}

/// Up to this many exports are looked through one by one.
const FEW_EXPORTS: usize = 16;

/// The exports of a module.
struct Names {
    facts: Arc<ModuleFacts>,
    /// Positions in `facts.exports` by name, if there are more than a few; of equal names the last counts.
    sorted: OnceCell<Vec<u32>>,
    /// It does something by itself.
    acts: bool,
}

impl Names {
    fn new(facts: Arc<ModuleFacts>) -> Self {
        let acts = facts.parts.iter().any(|part| part.side_effects || !part.pure_calls.is_empty());
        Names { facts, sorted: OnceCell::new(), acts }
    }

    fn get(&self, name: &str) -> Option<&ExportTarget> {
        let exports = &self.facts.exports;
        let found = if exports.len() <= FEW_EXPORTS {
            exports.iter().rfind(|export| export.name == name)
        } else {
            let sorted = self.sorted.get_or_init(|| {
                let mut all: Vec<u32> = (0..exports.len() as u32).collect();
                all.sort_by_key(|at| &exports[*at as usize].name);
                all
            });
            let end = sorted.partition_point(|at| exports[*at as usize].name.as_str() <= name);
            let last = end.checked_sub(1).map(|at| &exports[sorted[at] as usize]);
            last.filter(|export| export.name == name)
        };
        found.map(|export| &export.target)
    }

    /// Whether asking may lead on, or need the module's statements.
    fn concerns(&self, want: &Want) -> bool {
        match want {
            Want::All => true,
            Want::Name(name) => !self.facts.stars.is_empty() && &**name != "default" || self.get(name).is_some(),
        }
    }

    fn answer(&self, want: &Want) -> Answer {
        let (mut out, facts) = (Answer::default(), &self.facts);
        match want {
            Want::All => {
                out.runs = true;
                out.through.extend(facts.exports.iter().filter_map(|export| passed_on(facts, &export.target)));
                out.through.extend(facts.stars.iter().map(|record| (*record, Want::All)));
            }
            Want::Name(name) => match self.get(name) {
                Some(target) => {
                    let through = passed_on(facts, target);
                    out.runs = through.is_none();
                    out.through.extend(through);
                }
                None => out.through.extend(facts.stars.iter().map(|record| (*record, want.clone()))),
            },
        }
        // A module that does something by itself is evaluated when anything comes through it.
        out.runs |= self.acts && !out.through.is_empty();
        out
    }
}

impl Read {
    pub fn new(node: Node, place: Place, folder: Arc<Folder>, waits: bool) -> Option<Self> {
        let Body::Script(module) = &node.body else { return None };
        let facts = Arc::clone(&module.facts);
        Some(Read {
            own: own(&facts, waits),
            waits,
            runs: false,
            asked: FxHashSet::default(),
            problems: Vec::new(),
            missed: Vec::new(),
            node,
            place,
            names: Names::new(facts),
            folder,
            only_default: None,
        })
    }

    /// The node, with what came of following its records late.
    pub fn into_node(mut self) -> Node {
        self.problems.sort_by_key(|(record, _)| *record);
        self.missed.sort_by_key(|(record, _)| *record);
        self.node.problems.extend(self.problems.into_iter().flat_map(|(_, problems)| problems));
        self.node.missed.extend(self.missed.into_iter().flat_map(|(_, missed)| missed));
        self.node
    }

    /// Follows what is asked for; what to ask of others is added to `more`.
    fn ask<'s>(&mut self, discovery: &'s Discovery, scope: &Scope<'s>, want: Want, more: &mut Vec<(Early, Want)>) {
        if !self.names.concerns(&want) || self.asked.contains(&want) {
            return;
        }
        let answer = self.names.answer(&want);
        self.asked.insert(want);
        if answer.runs {
            self.run(discovery, scope, more);
        }
        self.pass_on(discovery, scope, answer.through, more);
    }

    /// Its own statements are needed.
    fn run<'s>(&mut self, discovery: &'s Discovery, scope: &Scope<'s>, more: &mut Vec<(Early, Want)>) {
        if std::mem::replace(&mut self.runs, true) {
            return;
        }
        for record in self.acting(&discovery.project) {
            self.follow(discovery, scope, record);
        }
        let own = std::mem::take(&mut self.own);
        self.pass_on(discovery, scope, own, more);
    }

    fn pass_on<'s>(
        &mut self,
        discovery: &'s Discovery,
        scope: &Scope<'s>,
        wants: Vec<(u32, Want)>,
        more: &mut Vec<(Early, Want)>,
    ) {
        for (record, want) in wants {
            match *self.follow(discovery, scope, record) {
                Link::To(to) => more.push((to, want)),
                Link::Worker { to, .. } => more.push((to, Want::All)),
                _ => {}
            }
        }
    }

    /// Records whose modules may do something when they are evaluated, and are evaluated with this one.
    fn acting(&self, project: &Project) -> Vec<u32> {
        let Body::Script(module) = &self.node.body else { return Vec::new() };
        let typescript = matches!(module.loader, Loader::Ts | Loader::Tsx);
        let acts = |record: &u32| {
            let specifier = self.names.facts.records[*record as usize].specifier.as_str();
            if self.node.links[*record as usize] != Link::Unasked
                || specifier.starts_with('.') && self.folder.scope.never_acts()
            {
                return false;
            }
            match &*project.resolution.resolve(&self.folder, Class::Import, typescript, specifier) {
                Resolved::File { path, query } => loaders::choose(project.options, path, query, None)
                    .is_some_and(|loader| script::may_act(project, &project.folder(path), loader, path)),
                Resolved::External(_) => true,
                Resolved::Disabled | Resolved::Missing(_) => false,
            }
        };
        self.names.facts.import_order.iter().copied().filter(acts).collect()
    }

    fn follow<'s>(&mut self, discovery: &'s Discovery, scope: &Scope<'s>, record: u32) -> &Link {
        let at = record as usize;
        if self.node.links[at] == Link::Unasked
            && let Body::Script(module) = &self.node.body
        {
            let importer =
                Importer { name: &module.name, source: &module.source, host: None, made: false, sheet: None };
            let mut mentions = Mentions::new(discovery, scope, &self.folder, importer);
            mentions.of_script(module, &self.place);
            let only_default =
                self.only_default.get_or_insert_with(|| queries::take_only_default(&self.names.facts))[at];
            let link = mentions.record(&self.names.facts.records[at], only_default);
            let (problems, missed) = mentions.finish();
            self.problems.push((record, problems));
            self.missed.push((record, missed));
            self.node.links[at] = link;
        }
        &self.node.links[at]
    }
}

impl<'a> Discovery<'a> {
    /// Asks modules for what others want of them, and on from there.
    pub fn ask<'s>(&'s self, scope: &Scope<'s>, mut wants: Vec<(Early, Want)>) {
        while let Some((module, want)) = wants.pop() {
            let (state, _) = self.asked.get_or_make(&module, Arc::default);
            match &mut *lock(&state) {
                Asked::Waiting(waiting) => waiting.push(want),
                Asked::Read(read) => read.ask(self, scope, want, &mut wants),
            }
        }
    }

    /// A module has been read; what was asked of it before is answered now.
    pub fn has_read<'s>(&'s self, scope: &Scope<'s>, number: Early, mut read: Read) {
        let mut more = Vec::new();
        if !read.waits {
            read.run(self, scope, &mut more);
        }
        let (state, _) = self.asked.get_or_make(&number, Arc::default);
        let before = std::mem::replace(&mut *lock(&state), Asked::Read(Box::new(read)));
        if let Asked::Waiting(waiting) = before {
            more.extend(waiting.into_iter().map(|want| (number, want)));
        }
        self.ask(scope, more);
    }
}
