//! Chunks that the user names: which modules `--chunk NAME=PATTERN` takes, and what those need.
//!
//! A named chunk is loaded whole by every root that needs any of its modules. What they need and the pattern does not
//! match stays out, in chunks that hold nothing else: a named chunk never imports a chunk that the rest of the program
//! can change, so that its bytes are its own.

use super::reach::Bits;
use crate::base::{IndexVec, ModuleId, PathPattern};
use crate::config::Options;
use crate::diag::{Diagnostic, nearest};
use crate::model::{Linked, Module, ModuleGraph};
use std::collections::BTreeSet;

pub(super) struct Named {
    /// In the order of the flags.
    pub names: Vec<String>,
    /// By module: the named chunk that it goes to.
    pub of: IndexVec<ModuleId, Option<usize>>,
    /// Modules of each.
    pub members: Vec<Vec<ModuleId>>,
    /// By module: the named chunks that need it, without its own.
    pub below: IndexVec<ModuleId, Bits>,
}

impl Named {
    pub fn new(graph: &ModuleGraph, linked: &Linked, options: &Options) -> Self {
        let (names, patterns) = patterns(options);
        let mut of: IndexVec<ModuleId, Option<usize>> = graph.modules.iter().map(|_| None).collect();
        let mut members = vec![Vec::new(); names.len()];
        for id in linked.order.iter().filter(|_| !patterns.is_empty()) {
            let module = &graph.modules[*id];
            if let Some((chunk, _)) = patterns.iter().find(|(_, pattern)| takes(pattern, module)) {
                of[*id] = Some(*chunk);
                members[*chunk].push(*id);
            }
        }
        let mut below: IndexVec<ModuleId, Bits> = graph.modules.iter().map(|_| Bits::new(names.len())).collect();
        for (chunk, members) in members.iter().enumerate() {
            let mut seen: IndexVec<ModuleId, bool> = graph.modules.iter().map(|_| false).collect();
            members.iter().for_each(|id| seen[*id] = true);
            let mut work = members.clone();
            while let Some(id) = work.pop() {
                for needed in linked.modules[id].dependencies.iter().copied() {
                    if !std::mem::replace(&mut seen[needed], true) {
                        below[needed].set(chunk);
                        work.push(needed);
                    }
                }
            }
        }
        Named { names, of, members, below }
    }

    pub fn is_empty(&self) -> bool {
        self.members.iter().all(Vec::is_empty)
    }

    /// In a named chunk, or needed by one.
    pub fn moves(&self, id: ModuleId) -> bool {
        self.of[id].is_some() || self.below[id].count() > 0
    }
}

/// Names without repetition, and patterns with the number of their name.
fn patterns(options: &Options) -> (Vec<String>, Vec<(usize, PathPattern)>) {
    let mut names: Vec<String> = Vec::new();
    let mut patterns = Vec::new();
    for (name, pattern) in &options.chunking.named {
        let at = names.iter().position(|known| known == name).unwrap_or_else(|| {
            names.push(name.clone());
            names.len() - 1
        });
        patterns.extend(PathPattern::new(pattern).ok().map(|pattern| (at, pattern)));
    }
    (names, patterns)
}

/// What a service worker has for itself cannot be shared with anybody.
fn takes(pattern: &PathPattern, module: &Module) -> bool {
    let (path, query) = module.name.split_once('?').unwrap_or((&module.name, ""));
    !path.starts_with("plimsoll:") && !query.contains("service-worker=") && pattern.matches(path)
}

/// Patterns that take no module of the whole graph.
pub fn unmatched(graph: &ModuleGraph, options: &Options) -> Vec<Diagnostic> {
    let mut out = Vec::new();
    for (name, text) in &options.chunking.named {
        let Ok(pattern) = PathPattern::new(text) else { continue };
        if graph.modules.iter().any(|module| takes(&pattern, module)) {
            continue;
        }
        let message = format!("no module matches \"{text}\": there is no chunk \"{name}\"");
        let problem = Diagnostic::warning("empty-chunk", message)
            .note("patterns match paths from the project's root: `src/ui/**`, `node_modules/react/**`");
        out.push(match near(graph, text) {
            Some(near) => problem.hint(format!("did you mean `--chunk {name}={near}`?")),
            None => problem,
        });
    }
    out
}

/// A pattern like `text` that matches something.
fn near(graph: &ModuleGraph, text: &str) -> Option<String> {
    let fixed = text.find(['*', '?', '[', '{']).map_or(text, |at| &text[..at]);
    let fixed = fixed.trim_start_matches("./").trim_end_matches('/');
    let is_package = |module: &Module| module.package.as_ref().is_some_and(|package| package.name == fixed);
    if graph.modules.iter().any(is_package) {
        return Some(format!("node_modules/{fixed}/**"));
    }
    let mut known: BTreeSet<&str> = BTreeSet::new();
    for module in graph.modules.iter().filter(|module| !module.name.starts_with("plimsoll:")) {
        let path = module.name.split('?').next().unwrap_or(&module.name);
        known.insert(path);
        known.extend(path.match_indices('/').map(|(at, _)| &path[..at]));
    }
    let found = nearest(fixed, known.iter().copied(), 1).pop()?;
    let is_file = graph.modules.iter().any(|module| module.name.split('?').next() == Some(found.as_str()));
    Some(if is_file { found } else { format!("{found}/**") })
}
