//! One file per verb.

pub(super) mod build;
pub(super) mod watch;
pub(super) mod check;
pub(super) mod cache;
pub(super) mod print;

use super::{Exit, speak};
use crate::cache::Cache;
use crate::config::{self, LogLevel, Options, RawOptions};
use crate::diag::{Diagnostic, Noted, render_json, sorted};
use crate::fs::Disk;
use crate::pipeline::{Outcome, Services};
use std::collections::BTreeMap;
use std::path::PathBuf;
use std::sync::Arc;
use std::time::Instant;

/// Compilers recurse as deeply as programs nest, and the usual 2 MB of a worker are soon gone.
const WORKER_STACK_BYTES: usize = if cfg!(debug_assertions) { 64 << 20 } else { 16 << 20 };

/// The folder that relative paths of the command line start from.
#[expect(clippy::disallowed_methods, reason = "the one place that reads the working directory")]
fn working_directory() -> Result<PathBuf, Vec<Diagnostic>> {
    std::env::current_dir().map_err(|error| {
        vec![Diagnostic::error("no-working-directory", "the working directory cannot be read").note(error.to_string())]
    })
}

/// The environment, without what is no text.
fn environment() -> BTreeMap<String, String> {
    std::env::vars_os()
        .filter_map(|(name, value)| Some((name.into_string().ok()?, value.into_string().ok()?)))
        .collect()
}

fn resolve(raw: &RawOptions) -> Result<Noted<Options>, Vec<Diagnostic>> {
    config::resolve(raw, &working_directory()?, &Disk, &environment())
}

/// `--json` was typed; for answers that come before the options do.
fn wants_json(raw: &RawOptions) -> bool {
    raw.given.iter().rev().find(|given| given.flag.name == "json").is_some_and(|given| given.text == "true")
}

fn services(options: &Options, progress: Box<dyn Fn(&str) + Sync + Send>) -> Services {
    // Fails only when there is a pool already.
    let _ = rayon::ThreadPoolBuilder::new().stack_size(WORKER_STACK_BYTES).build_global();
    let start = Instant::now();
    let cache = Cache::kept(options.cache_dir.clone(), options.cache_size, move || start.elapsed());
    let program = std::env::current_exe().map_or_else(|_| Vec::new(), |path| crate::cache::program(&path));
    Services { files: Arc::new(Disk), cache, program, whole: false, progress }
}

/// Prints what came of it and says how the run ended. Problems first, so that the verdict is what is read last.
fn conclude(outcome: &Outcome, options: &Options) -> Exit {
    let problems = options.sift(outcome.problems.clone());
    let failed = outcome.emitted.is_none() || problems.iter().any(Diagnostic::is_error);
    let over = outcome.verdict.as_ref().is_some_and(|verdict| !verdict.passed());
    if options.json {
        speak::print_json(&as_json(outcome, &problems, !failed && !over, options.timings));
    } else {
        speak::out(&outcome.dump);
        speak::problems(&problems, options.log_level);
        speak::report(&outcome.text, options);
        if options.timings && options.log_level > LogLevel::Silent {
            speak::err(&timings(outcome));
        }
    }
    match (failed, over) {
        (true, _) if outcome.misused => Exit::Usage,
        (true, _) => Exit::Failed,
        (_, true) => Exit::OverBudget,
        _ => Exit::Done,
    }
}

fn as_json(outcome: &Outcome, problems: &[Diagnostic], ok: bool, with_timings: bool) -> serde_json::Value {
    let mut value = match &outcome.json {
        serde_json::Value::Object(object) => object.clone(),
        _ => serde_json::Map::new(),
    };
    value.insert("ok".to_string(), ok.into());
    value.insert("problems".to_string(), render_json(&sorted(problems.to_vec())));
    if !outcome.dump.is_empty() {
        value.insert("dump".to_string(), outcome.dump.clone().into());
    }
    if let Some(verdict) = &outcome.verdict {
        value.insert("verdict".to_string(), serde_json::to_value(verdict).unwrap_or_default());
    }
    if with_timings {
        let by_stage =
            outcome.timings.iter().map(|(stage, time)| (stage.clone(), (time.as_secs_f64() * 1000.0).into()));
        value.insert("timingsMs".to_string(), serde_json::Value::Object(by_stage.collect()));
    }
    serde_json::Value::Object(value)
}

fn timings(outcome: &Outcome) -> String {
    let width = outcome.timings.iter().map(|(stage, _)| stage.len()).max().unwrap_or(0);
    let line = |(stage, time): &(String, std::time::Duration)| {
        format!("  {stage:<width$} {:>9.1} ms\n", time.as_secs_f64() * 1000.0)
    };
    outcome.timings.iter().map(line).collect()
}
