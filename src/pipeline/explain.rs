//! A verdict with reasons: limits are judged, and where one does not hold the build is taken apart.

use super::{Run, Study, render, what_if};
use crate::budget::{self, Baseline, Limit, Means};
use crate::config::Options;
use crate::diag::Diagnostic;
use crate::model::{Emitted, Inventory, RenderedFile, Sealed, State, Verdict};
use crate::{delivery, emit, graph, pwa, seal};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;
use std::sync::Arc;

/// What a build is held to.
#[derive(Default)]
pub(super) struct Limits {
    pub limits: Vec<Limit>,
    pub before: Option<Baseline>,
    /// What the largest sources cost by themselves is to be found out.
    pub alone: bool,
}

/// Reads the budget and the baseline; their mistakes are misuse.
pub(super) fn limits(options: &Options, run: &mut Run<'_>) -> Limits {
    let Some(source) = &options.budget else { return Limits::default() };
    let told = run.problems.len();
    let mut problems = Vec::new();
    let limits = budget::limits(source, &options.root).take(&mut problems);
    let cache = &run.services.cache;
    let compress = |bytes: &[u8], encoding: &str| emit::compressed_size(bytes, encoding, cache);
    let before = budget::before(options, &limits, &compress).unwrap_or_else(|problem| {
        problems.push(problem);
        None
    });
    run.note(problems);
    run.misused |= run.problems[told..].iter().any(Diagnostic::is_error);
    Limits { limits, before, alone: false }
}

/// A build to be judged.
pub(super) struct Judging<'a> {
    /// `None`: nobody knows yet how the directory was built.
    pub sealed: Option<&'a Sealed>,
    /// `None`: it was remembered, and is taken apart again only if somebody asks.
    pub study: Option<Study>,
    pub limits: &'a Limits,
    /// Take it apart in any case.
    pub explain: bool,
}

/// A verdict, and what it was based on, as far as it was looked at.
pub(super) struct Judged {
    pub verdict: Verdict,
    pub inventory: Option<Inventory>,
    /// By source: what it costs by itself; of reports.
    pub alone: BTreeMap<String, u64>,
}

/// Judges what was written; if a limit does not hold, says who and what would help.
pub(super) fn judge(options: &Options, emitted: &mut Emitted, run: &mut Run<'_>, judging: Judging<'_>) -> Judged {
    let Judging { sealed, study, limits, explain } = judging;
    let told = run.problems.len();
    let first = {
        let (services, emitted) = (run.services, &*emitted);
        let contents = |path: &str| bytes_of(sealed, emitted, path);
        let compress = |bytes: &[u8], encoding: &str| emit::compressed_size(bytes, encoding, &services.cache);
        let baseline = limits.before.as_ref();
        let means = Means { contents: &contents, compress: &compress, inventory: None, baseline };
        budget::judge(emitted, &limits.limits, &means)
    };
    let holds = first.value.lines.iter().all(|line| line.state == State::Passed);
    let quick = options.judging.quick;
    let wanted = explain || (!holds && !quick) || limits.limits.iter().any(Limit::needs_inventory);
    let explained = if wanted { explained(options, emitted, run, (sealed, study, limits)) } else { None };
    let judged = explained.unwrap_or_else(|| {
        run.note(first.problems);
        Judged { verdict: first.value, inventory: None, alone: BTreeMap::new() }
    });
    run.misused |= run.problems[told..].iter().any(|problem| problem.code == "unmatched-budget");
    judged
}

fn explained(
    options: &Options,
    emitted: &mut Emitted,
    run: &mut Run<'_>,
    (sealed, study, limits): (Option<&Sealed>, Option<Study>, &Limits),
) -> Option<Judged> {
    let made;
    let (mut study, sealed) = match (study, sealed) {
        (Some(study), Some(sealed)) => (study, sealed),
        // Remembered files do not say which output they are.
        _ => {
            let (study, files) = study_and_files(options, run)?;
            made = files;
            (study, &made)
        }
    };
    let inventory = inventory(&study, sealed);
    if !budget::explain(emitted, &inventory) {
        let message = "the directory is not what the sources build to now, so nobody knows what is in its files";
        let problem = Diagnostic::warning("stale-output", message);
        run.note(vec![problem.hint("build again: `plimsoll build`")]);
        return None;
    }
    let emitted = &*emitted;
    let contents = |path: &str| bytes_of(Some(sealed), emitted, path);
    let services = run.services;
    let compress = |bytes: &[u8], encoding: &str| emit::compressed_size(bytes, encoding, &services.cache);
    let mut verdict = run.stage("budget", |_| {
        let baseline = limits.before.as_ref();
        let means = Means { contents: &contents, compress: &compress, inventory: Some(&inventory), baseline };
        budget::judge(emitted, &limits.limits, &means)
    });
    if !verdict.passed() && !options.judging.quick {
        let trials = what_if::Trials { options, emitted, sealed, limits, inventory: &inventory };
        what_if::advise(&trials, &mut study, &mut verdict, run);
    }
    let alone = if limits.alone { super::alone::alone(&inventory, sealed) } else { BTreeMap::new() };
    Some(Judged { verdict, inventory: Some(inventory), alone })
}

/// What is in the files of a build.
fn inventory(study: &Study, sealed: &Sealed) -> Inventory {
    let arranged = &study.arranged;
    budget::inventory(&budget::Build {
        graph: &study.graph,
        linked: &arranged.linked,
        plan: &arranged.plan,
        images: &arranged.images,
        sealed,
    })
}

/// The build once more up to the point where it is written, mostly from memory. `None`: there is nothing to build, or
/// it fails.
fn study_and_files(options: &Options, run: &Run<'_>) -> Option<(Study, Sealed)> {
    if options.entries.is_empty() {
        return None;
    }
    let services = run.services;
    let mut again = Run::new(options, services);
    let graph = again.stage("graph", |services| graph::build(options, &Arc::clone(&services.files), &services.cache));
    if again.failed() {
        return None;
    }
    let (files, arranged) = render(options, &graph, &mut again);
    let arranged = arranged.filter(|_| !again.failed())?;
    let sealed = finished(options, &mut again, files)?;
    Some((Study { graph, arranged }, sealed))
}

/// From rendered files to sealed ones.
pub(super) fn finished(options: &Options, run: &mut Run<'_>, files: Vec<RenderedFile>) -> Option<Sealed> {
    let sealed = run.stage("seal", |_| seal::seal(files, options));
    let sealed = run.stage("pwa", |_| pwa::extend(sealed, options));
    let sealed = run.stage("delivery", |_| delivery::extend(sealed, options));
    (!run.failed()).then_some(sealed)
}

/// Bytes of an output: those that were sealed, else those on the disk.
pub(super) fn bytes_of<'a>(sealed: Option<&'a Sealed>, emitted: &Emitted, path: &str) -> io::Result<Cow<'a, [u8]>> {
    let Some(sealed) = sealed else { return budget::bytes_of(emitted, path).map(Cow::Owned) };
    let at = sealed.files.binary_search_by(|file| file.path.as_str().cmp(path));
    at.map(|at| Cow::Borrowed(&*sealed.files[at].bytes)).map_err(|_| io::Error::from(io::ErrorKind::NotFound))
}
