//! Changes of a project that are tried out: linked, written and compressed, but never put anywhere.

use super::explain::{self, Limits};
use super::{Run, Study, render};
use crate::base::{AssetId, ModuleId};
use crate::budget::{self, Candidate, Means};
use crate::config::Options;
use crate::diag::Location;
use crate::lang::js::ImportKind;
use crate::model::{
    Advice, Change, Emitted, EmittedFile, Inventory, ModuleGraph, Sealed, SealedFile, State, Target, Verdict,
};
use crate::{emit, image};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// Changes that are tried for one verdict: each is a link, and the compression of what became different.
const TRIALS_MAX: usize = 16;

/// Advice that a line is given.
const TOLD_MAX: usize = 5;

/// What imports lead to whose target is loaded later.
const LATER: &str = "plimsoll:later";

/// What changes are compared with.
pub(super) struct Trials<'a> {
    pub options: &'a Options,
    pub emitted: &'a Emitted,
    pub sealed: &'a Sealed,
    pub limits: &'a Limits,
    pub inventory: &'a Inventory,
}

/// What came of one change: the numbers of all lines, by subject.
struct Tried {
    numbers: BTreeMap<String, u64>,
    /// What the change turned out to be.
    text: Option<String>,
}

/// Finds out what would help each line that does not hold.
pub(super) fn advise(trials: &Trials<'_>, study: &mut Study, verdict: &mut Verdict, run: &mut Run<'_>) {
    let _span = crate::base::trace::span("stage", "what if");
    let mut wanted: Vec<(usize, Candidate)> = Vec::new();
    let changed = budget::changed(&trials.options.root);
    for (at, line) in verdict.lines.iter().enumerate().filter(|(_, line)| line.state == State::Failed) {
        let found = budget::candidates(line, &trials.emitted.files, trials.inventory, &changed);
        wanted.extend(found.into_iter().map(|candidate| (at, candidate)));
    }
    let mut changes: Vec<&Candidate> = Vec::new();
    for (_, candidate) in &wanted {
        if !changes.iter().any(|known| known.change == candidate.change) {
            changes.push(candidate);
        }
    }
    changes.sort_by_key(|candidate| (!candidate.is_new, std::cmp::Reverse(candidate.guess)));
    changes.truncate(TRIALS_MAX);
    let mut tried: BTreeMap<Change, Tried> = BTreeMap::new();
    for candidate in changes {
        if let Some(result) = trials.one(study, &candidate.change, run) {
            tried.insert(candidate.change.clone(), result);
        }
    }
    for (at, line) in verdict.lines.iter_mut().enumerate() {
        let own = wanted.iter().filter(|(of, _)| *of == at);
        let mut told: Vec<(_, Advice)> = Vec::new();
        for (_, candidate) in own {
            let Some(result) = tried.get(&candidate.change) else { continue };
            // A line that is gone, as that of a package, has nothing left.
            let gone = line.line.subject.contains("package ") || line.files.len() == 1;
            let Some(then) = result.numbers.get(&line.line.subject).copied().or(gone.then_some(0)) else { continue };
            let saves = line.actual.saturating_sub(then);
            if !budget::is_worth(line, saves) {
                continue;
            }
            let is_enough = then <= line.line.limit;
            let at = candidate.at.as_ref().map(|(file, line)| place(&study.graph, file, *line));
            // An icon is no picture of the page.
            let is_icon = at.as_ref().is_some_and(|at| at.line_text.contains("<link"));
            if is_icon && matches!(candidate.change, Change::Later { .. }) {
                continue;
            }
            let advice = Advice {
                text: result.text.clone().unwrap_or_else(|| candidate.text.clone()),
                at,
                saves,
                is_enough,
                details: candidate.details.clone(),
            };
            told.push((candidate.rank(saves, is_enough), advice));
        }
        told.sort_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.text.cmp(&b.1.text)));
        line.advice = told.into_iter().take(TOLD_MAX).map(|(_, advice)| advice).collect();
    }
}

/// The line of a source.
fn place(graph: &ModuleGraph, file: &str, line: u32) -> Location {
    let module = || graph.modules.iter().find(|module| module.name == file).map(|module| &module.source);
    let style = || graph.styles.iter().find(|style| style.name == file).map(|style| &style.source);
    let page = || graph.pages.iter().find(|page| page.name == file).map(|page| &page.source);
    let source = module().or_else(style).or_else(page);
    let text = source.and_then(|source| source.lines().nth(line.saturating_sub(1) as usize)).unwrap_or_default();
    let column = text.len() - text.trim_start().len();
    Location {
        file: file.to_string(),
        line,
        column: text[..column].chars().count() as u32 + 1,
        length: text.trim().chars().count().max(1) as u32,
        line_text: text.to_string(),
    }
}

impl Trials<'_> {
    fn one(&self, study: &mut Study, change: &Change, run: &Run<'_>) -> Option<Tried> {
        if let Change::Later { source } = change {
            return Some(self.without(source, run));
        }
        let mut undo = Undo::default();
        let text = apply(&mut study.graph, change, &mut undo);
        let tried = text.and_then(|text| {
            let mut trial = Run { trial: true, ..Run::new(self.options, run.services) };
            let (files, arranged) = render(self.options, &study.graph, &mut trial);
            let arranged = arranged?;
            let sealed = explain::finished(self.options, &mut trial, files)?;
            let inventory = budget::inventory(&budget::Build {
                graph: &study.graph,
                linked: &arranged.linked,
                plan: &arranged.plan,
                images: &arranged.images,
                sealed: &sealed,
            });
            Some(Tried { text, ..self.judged(&sealed, &inventory, run) })
        });
        undo.all(&mut study.graph);
        tried
    }

    /// A file that is not loaded from the start is as good as none.
    fn without(&self, source: &str, run: &Run<'_>) -> Tried {
        let is_it = |file: &EmittedFile| file.contributions.first().is_some_and(|part| part.source == source);
        let mut emitted = self.emitted.clone();
        emitted.files.retain(|file| !is_it(file));
        self.numbers(&emitted, (self.sealed, self.inventory), run)
    }

    fn judged(&self, sealed: &Sealed, inventory: &Inventory, run: &Run<'_>) -> Tried {
        let encodings: Vec<String> = match self.options.precompress.iter().any(|encoding| encoding == "br") {
            true => vec!["br".into()],
            false => self.options.precompress.iter().filter(|encoding| *encoding == "gz").cloned().collect(),
        };
        let (known, new): (Vec<SealedFile>, Vec<SealedFile>) =
            sealed.files.iter().cloned().partition(|file| self.was_there(file).is_some());
        let mut emitted = emit::prepare(&Sealed { files: new }, self.options, &encodings, &run.services.cache);
        emitted.files.extend(known.iter().filter_map(|file| self.was_there(file)).cloned());
        emitted.files.sort_by(|a, b| a.path.cmp(&b.path));
        self.numbers(&emitted, (sealed, inventory), run)
    }

    /// The file as it was written, if it is the same.
    fn was_there(&self, file: &SealedFile) -> Option<&EmittedFile> {
        let same = self.sealed.files.binary_search_by(|known| known.path.cmp(&file.path)).ok()?;
        let same = self.sealed.files[same].hash == file.hash;
        let at = self.emitted.files.binary_search_by(|known| known.path.cmp(&file.path)).ok()?;
        same.then(|| &self.emitted.files[at])
    }

    fn numbers(&self, emitted: &Emitted, (sealed, inventory): (&Sealed, &Inventory), run: &Run<'_>) -> Tried {
        let contents = |path: &str| explain::bytes_of(Some(sealed), emitted, path);
        let compress = |bytes: &[u8], encoding: &str| emit::compressed_size(bytes, encoding, &run.services.cache);
        let means = Means {
            contents: &contents,
            compress: &compress,
            inventory: Some(inventory),
            baseline: self.limits.before.as_ref(),
        };
        let verdict = budget::judge(emitted, &self.limits.limits, &means).value;
        Tried { numbers: budget::highest(verdict.lines.iter().map(|it| (&it.line.subject, it.actual))), text: None }
    }
}

/// How a graph was before a change.
#[derive(Default)]
struct Undo {
    targets: Vec<(ModuleId, usize, Target)>,
    effects: Vec<(ModuleId, bool)>,
    bytes: Vec<(AssetId, Arc<[u8]>, crate::base::ContentHash)>,
}

impl Undo {
    fn all(self, graph: &mut ModuleGraph) {
        for (module, record, target) in self.targets.into_iter().rev() {
            graph.modules[module].targets[record] = target;
        }
        for (module, effects) in self.effects {
            graph.modules[module].side_effects = effects;
        }
        for (asset, bytes, hash) in self.bytes {
            (graph.assets[asset].bytes, graph.assets[asset].hash) = (bytes, hash);
        }
    }

    fn redirect(&mut self, graph: &mut ModuleGraph, module: ModuleId, record: usize, target: Target) {
        let before = std::mem::replace(&mut graph.modules[module].targets[record], target);
        self.targets.push((module, record, before));
    }
}

/// Changes the graph. `None`: there is nothing to change; else a better text for what was done, if there is one.
fn apply(graph: &mut ModuleGraph, change: &Change, undo: &mut Undo) -> Option<Option<String>> {
    match change {
        Change::Defer { target, importers } => defer(graph, target, importers, undo),
        Change::Dedupe { name, kept, others } => dedupe(graph, name, kept, others, undo),
        Change::Pure { sources } => {
            let sources: BTreeSet<&str> = sources.iter().map(String::as_str).collect();
            let ids: Vec<ModuleId> = graph.modules.ids().collect();
            for id in ids {
                let module = &mut graph.modules[id];
                if sources.contains(module.name.as_str()) && module.side_effects {
                    undo.effects.push((id, module.side_effects));
                    module.side_effects = false;
                }
            }
            (!undo.effects.is_empty()).then_some(None)
        }
        Change::Image { source } => {
            let (id, asset) = graph.assets.iter_ids().find(|(_, asset)| asset.name == *source)?;
            let (what, bytes) = image::alternative(&asset.bytes)?;
            let text = format!("{source} as {what}");
            undo.bytes.push((id, asset.bytes.clone(), asset.hash));
            let hash = crate::base::ContentHash::of(&bytes);
            (graph.assets[id].bytes, graph.assets[id].hash) = (Arc::from(bytes), hash);
            Some(Some(text))
        }
        Change::Later { .. } => None,
    }
}

fn defer(graph: &mut ModuleGraph, target: &str, importers: &[String], undo: &mut Undo) -> Option<Option<String>> {
    let target = graph.modules.iter_ids().find(|(_, module)| module.name == target)?.0;
    let ids: Vec<ModuleId> = graph.modules.ids().collect();
    for id in ids {
        if !importers.contains(&graph.modules[id].name) {
            continue;
        }
        for record in 0..graph.modules[id].targets.len() {
            let module = &graph.modules[id];
            let at_once = matches!(module.facts.records[record].kind, ImportKind::Import | ImportKind::Require);
            if at_once && module.targets[record] == Target::Module(target) {
                undo.redirect(graph, id, record, Target::External(LATER.into()));
            }
        }
    }
    (!undo.targets.is_empty()).then_some(None)
}

/// What is asked of one version's files is given by the same files of the other.
fn dedupe(
    graph: &mut ModuleGraph,
    name: &str,
    kept: &str,
    others: &[String],
    undo: &mut Undo,
) -> Option<Option<String>> {
    let inside = format!("node_modules/{name}/");
    let rest = |path: &str| path.rfind(&inside).map(|at| path[at + inside.len()..].to_string());
    let of = |module: &crate::model::Module, version: &str| {
        module.package.as_ref().is_some_and(|package| package.name == name && package.version == version)
    };
    let mut kept_files: BTreeMap<String, ModuleId> = BTreeMap::new();
    let mut main = None;
    for (id, module) in graph.modules.iter_ids().filter(|(_, module)| of(module, kept)) {
        kept_files.extend(rest(&module.name).map(|rest| (rest, id)));
        main = main.or(Some(id));
    }
    let main = main?;
    let ids: Vec<ModuleId> = graph.modules.ids().collect();
    for id in ids {
        let is_other = |module: &crate::model::Module| others.iter().any(|version| of(module, version));
        if is_other(&graph.modules[id]) {
            continue;
        }
        for record in 0..graph.modules[id].targets.len() {
            let Target::Module(to) = graph.modules[id].targets[record] else { continue };
            if is_other(&graph.modules[to]) {
                // Another version may have other files: its main one then.
                let file = rest(&graph.modules[to].name);
                let instead = file.and_then(|file| kept_files.get(&file).copied()).unwrap_or(main);
                undo.redirect(graph, id, record, Target::Module(instead));
            }
        }
    }
    (!undo.targets.is_empty()).then_some(None)
}
