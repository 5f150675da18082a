//! A built directory against its budget, and where that is told.

use super::explain::{self, Judged, Judging, Limits};
use super::{Outcome, Run, Services, Started, told};
use crate::budget::{self, Means};
use crate::config::{BudgetSource, Options};
use crate::diag::{Diagnostic, Location};
use crate::model::{Emitted, Past, Sealed, Verdict};
use crate::{emit, report};
use std::path::{Path, PathBuf};

/// What is asked of a built directory.
#[derive(Clone, PartialEq, Eq, Debug)]
pub enum Asked {
    Check,
    /// The page that shows everything, and where it goes.
    Report(PathBuf),
}

/// A built directory against its budget. `options.budget` is taken for the default when there is none.
pub fn check(directory: &Path, options: &Options, services: &Services, asked: &Asked) -> Outcome {
    let with_budget;
    let options = if options.budget.is_none() {
        with_budget = Options { budget: Some(BudgetSource::Default), ..options.clone() };
        &with_budget
    } else {
        options
    };
    let mut run = Run { judges: true, ..Run::new(options, services) };
    let mut limits = explain::limits(options, &mut run);
    limits.alone = matches!(asked, Asked::Report(_));
    if run.failed() {
        return run.fail(Vec::new());
    }
    let emitted = run.stage("read", |_| budget::read_directory(directory));
    let Some(mut emitted) = emitted.filter(|_| !run.failed()) else { return run.fail(Vec::new()) };
    let unrecorded = super::proof::compare(options, &emitted, &*services.files);
    run.misused |= unrecorded.iter().any(|problem| problem.code == "invalid-record");
    run.note(unrecorded);
    // A baseline says which sources and packages there are.
    let explain = matches!(asked, Asked::Report(_)) || options.judging.update;
    let judging = Judging { sealed: None, study: None, limits: &limits, explain };
    let judged = explain::judge(options, &mut emitted, &mut run, judging);
    let (judged, past) = settle(options, &mut run, (&mut emitted, None, judged), limits);
    if let Asked::Report(path) = asked {
        page(options, &mut run, (&emitted, &judged.0, past.as_ref(), &judged.1), path);
    }
    let verdict = judged.0.verdict;
    let (text, json) = told(options, &emitted, Some(&verdict), &run, past.as_ref());
    let Run { problems, timings, misused, .. } = run;
    Outcome {
        emitted: Some(emitted),
        verdict: Some(verdict),
        problems,
        timings,
        text,
        json,
        misused,
        ..Outcome::default()
    }
}

/// Writes the baseline, the history and every form of the verdict that is asked for. The verdict may be another after
/// the baseline has moved.
pub(super) fn settle(
    options: &Options,
    run: &mut Run<'_>,
    (emitted, sealed, mut judged): (&mut Emitted, Option<&Sealed>, Judged),
    mut limits: Limits,
) -> ((Judged, Limits), Option<Past>) {
    if options.judging.update && !run.failed() {
        match updated(options, emitted, sealed, &judged) {
            Ok(baseline) => {
                let path = budget::baseline_file(options);
                run.note(emit::write_extra(&path, baseline.text().as_bytes()).into_iter().collect());
                limits.before = Some(baseline);
                let judging = Judging { sealed, study: None, limits: &limits, explain: judged.inventory.is_some() };
                judged = explain::judge(options, emitted, run, judging);
            }
            Err(problem) => {
                run.note(vec![problem]);
                run.misused = true;
            }
        }
    }
    let past = history(options, run, &judged.verdict);
    let moved = in_workspace(options, &judged.verdict);
    let verdict = &moved;
    let project = options.root.file_name().unwrap_or_default().to_string_lossy();
    let title = format!("{project}: budget");
    let files = [
        (&options.judging.markdown, report::markdown as fn(&str, &Verdict, Option<&Past>) -> String),
        (&options.judging.sarif, report::sarif),
        (&options.judging.junit, report::junit),
        (&options.judging.badge, report::badge),
    ];
    for (path, write) in files {
        if let Some(path) = path {
            run.note(emit::write_extra(path, write(&title, verdict, past.as_ref()).as_bytes()).into_iter().collect());
        }
    }
    if let Some(path) = &options.judging.summary {
        let told = report::markdown(&title, verdict, past.as_ref());
        run.note(match text_of(run, path) {
            Ok(before) => emit::write_extra(path, (before + &told).as_bytes()).into_iter().collect(),
            Err(problem) => vec![problem],
        });
    }
    ((judged, limits), past)
}

/// The verdict with places as GitHub knows them: from the root of the repository, if that is known.
pub(super) fn in_workspace(options: &Options, verdict: &Verdict) -> Verdict {
    let workspace = options.judging.workspace.as_ref().filter(|workspace| options.root.starts_with(workspace));
    let prefix = workspace.map(|workspace| crate::base::relative_path(workspace, &options.root));
    match prefix.filter(|prefix| !prefix.is_empty()) {
        Some(prefix) => report::moved(verdict, &format!("{prefix}/")),
        None => verdict.clone(),
    }
}

/// The baseline as it is now. A ratchet that has to give way needs a reason, whatever the verdict was compared with.
fn updated(
    options: &Options,
    emitted: &Emitted,
    sealed: Option<&Sealed>,
    judged: &Judged,
) -> Result<budget::Baseline, Diagnostic> {
    let kept = budget::kept(options)?;
    let knew_packages = kept.as_ref().is_some_and(|kept| !kept.packages.is_empty());
    if knew_packages && judged.inventory.is_none() {
        let message = "the baseline knows packages and sources, and nobody knows what is in these files";
        return Err(Diagnostic::error("unknown-contents", message)
            .note("the baseline stays as it was")
            .hint("build first: `plimsoll build`"));
    }
    let contents = |path: &str| explain::bytes_of(sealed, emitted, path);
    let means = Means { contents: &contents, compress: &|_, _| None, inventory: None, baseline: None };
    let verdict = &judged.verdict;
    let mut baseline = budget::baseline(emitted, verdict, kept.as_ref(), &means);
    let best = |subject: &str| kept.as_ref().and_then(|kept| kept.best.get(subject).copied());
    let risen = verdict.lines.iter().filter_map(|line| {
        let subject = &line.line.subject;
        let held = best(subject).filter(|best| line.ratchet && *best < line.actual);
        let held = held.or((!line.passed && line.relative).then_some(line.line.limit))?;
        Some((subject.clone(), held, line.actual))
    });
    let risen: Vec<(String, u64, u64)> = risen.collect();
    baseline.raise(&risen, options.judging.because.as_deref())?;
    Ok(baseline)
}

fn before_file(file: &budget::KeptFile) -> report::BeforeFile {
    let budget::KeptFile { name, kind, bytes, gz, br, .. } = file.clone();
    report::BeforeFile { name, kind, bytes, gz, br }
}

/// The text of a file that may not be there yet. What cannot be read must not be written over.
fn text_of(run: &Run<'_>, path: &Path) -> Result<String, Diagnostic> {
    let name = path.file_name().unwrap_or_default().to_string_lossy().into_owned();
    let refused = |why: String| {
        let problem = Diagnostic::error("unreadable-file", format!("{name} cannot be added to: {why}"));
        problem.at(Location::file(&name)).note("it stays as it was")
    };
    match run.services.files.read(path) {
        Ok(bytes) => String::from_utf8(bytes).map_err(|_| refused("it is not UTF-8 text".into())),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(String::new()),
        Err(error) => Err(refused(error.to_string())),
    }
}

/// Adds the build to the history.
fn history(options: &Options, run: &mut Run<'_>, verdict: &Verdict) -> Option<Past> {
    let path = options.judging.history.as_ref()?;
    let text = match text_of(run, path) {
        Ok(text) => text,
        Err(problem) => {
            run.note(vec![problem]);
            run.misused = true;
            return None;
        }
    };
    let name = path.file_name().unwrap_or_default().to_string_lossy();
    let label = options.judging.label.clone().unwrap_or_else(|| "now".to_string());
    let time = Started::now().date.as_secs();
    let mut problems = Vec::new();
    let (past, line) = budget::past(&name, &text, &label, Some(time), verdict).take(&mut problems);
    if let Some(line) = line {
        problems.extend(emit::write_extra(path, (text + &line).as_bytes()));
    }
    run.note(problems);
    Some(past)
}

/// The page that shows everything.
fn page(
    options: &Options,
    run: &mut Run<'_>,
    (emitted, judged, past, limits): (&Emitted, &Judged, Option<&Past>, &Limits),
    path: &Path,
) {
    let contents = |file: &str| explain::bytes_of(None, emitted, file);
    let means = Means {
        contents: &contents,
        compress: &|_, _| None,
        inventory: judged.inventory.as_ref(),
        baseline: limits.before.as_ref(),
    };
    let mut problems = Vec::new();
    let pages = budget::pages(emitted, &means).take(&mut problems);
    let project = options.root.file_name().unwrap_or_default().to_string_lossy();
    let pages: Vec<report::PageData> = pages
        .into_iter()
        .map(|page| report::PageData {
            path: emitted.files[page.load.page].path.clone(),
            loads: page.load.files.iter().map(|it| (it.file, it.by, it.how.word())).collect(),
            routes: page.routes,
            install: page.install,
        })
        .collect();
    let before = limits.before.as_ref().map(|before| report::BeforeData {
        label: options.judging.baseline.clone().unwrap_or_else(|| "baseline".into()),
        files: before.files.iter().map(before_file).collect(),
        sources: before.sources.clone(),
        packages: before.packages.clone(),
    });
    let data = report::PageInput {
        project: &project,
        emitted,
        names: emitted.files.iter().map(budget::stable_name).collect(),
        inventory: judged.inventory.as_ref(),
        alone: &judged.alone,
        pages,
        verdict: (!judged.verdict.lines.is_empty()).then_some(&judged.verdict),
        before,
        past,
        pack: &emit::gzipped,
    };
    let html = report::page(&data);
    problems.extend(emit::write_extra(path, html.as_bytes()));
    run.note(problems);
}
