//! `plimsoll watch`.

use super::{as_json, environment, services, timings, wants_json, working_directory};
use crate::base::relative_path;
use crate::cli::{Exit, speak};
use crate::config::{LogLevel, Options, RawOptions};
use crate::dev::{self, Moment, Project};
use crate::diag::Diagnostic;
use crate::pipeline::Outcome;
use std::ops::ControlFlow;
use std::path::PathBuf;
use std::time::Duration;

/// Runs until it is killed; comes back only when there is nothing to watch.
pub(in crate::cli) fn run(raw: &RawOptions) -> Exit {
    let json = wants_json(raw);
    let cwd = match working_directory() {
        Ok(cwd) => cwd,
        Err(problems) => return speak::refuse_as(&problems, json),
    };
    let project = Project { raw: raw.clone(), cwd, environment: environment() };
    let mut first = true;
    let mut misused = false;
    let ended = dev::watch(
        &project,
        |options| services(options, Box::new(|_| {})),
        |moment| {
            match moment {
                Moment::Built { options, outcome, changed, time } => tell(options, outcome, changed, time, first),
                Moment::Misconfigured(problems) => {
                    speak::refuse_as(problems, json);
                    if first {
                        // Typed wrongly: no change of a file can mend that.
                        misused = true;
                        return ControlFlow::Break(());
                    }
                }
                Moment::Impaired(problem) => speak::problems(std::slice::from_ref(problem), LogLevel::Info),
            }
            first = false;
            ControlFlow::Continue(())
        },
    );
    match ended {
        Ok(()) if misused => Exit::Usage,
        Ok(()) => Exit::Done,
        Err(problem) => {
            speak::problems(&[problem], LogLevel::Info);
            Exit::Failed
        }
    }
}

fn tell(options: &Options, outcome: &Outcome, changed: &[PathBuf], time: Duration, first: bool) {
    let problems = options.sift(outcome.problems.clone());
    let errors = problems.iter().filter(|problem| problem.is_error()).count();
    let failed = outcome.emitted.is_none() || errors > 0;
    if options.json {
        speak::print_json(&as_json(outcome, &problems, !failed, options.timings));
        return;
    }
    speak::problems(&problems, options.log_level);
    if first {
        speak::report(&outcome.text, options);
    }
    if options.timings && options.log_level > LogLevel::Silent {
        speak::err(&timings(outcome));
    }
    speak::report(&line(options, changed, time, failed, errors, &problems), options);
}

/// `rebuilt in 12 ms: src/a.ts`.
fn line(
    options: &Options,
    changed: &[PathBuf],
    time: Duration,
    failed: bool,
    errors: usize,
    problems: &[Diagnostic],
) -> String {
    let took = format!("{:.0} ms", time.as_secs_f64() * 1000.0);
    let names: Vec<String> = changed.iter().take(3).map(|path| relative_path(&options.root, path)).collect();
    let more = changed.len().saturating_sub(names.len());
    let more = if more == 0 { String::new() } else { format!(" and {more} more") };
    let what =
        if names.is_empty() { "watching for changes".to_string() } else { format!("{}{more}", names.join(", ")) };
    let counts = [(errors, "error"), (problems.len() - errors, "warning")];
    let counts: String =
        counts.iter().filter_map(|(count, what)| Some(format!(", {}", speak::counted(*count, what)?))).collect();
    let verb = match (failed, changed.is_empty()) {
        (true, _) => "failed after",
        (_, true) => "built in",
        _ => "rebuilt in",
    };
    format!("{verb} {took}{counts}: {what}\n")
}
