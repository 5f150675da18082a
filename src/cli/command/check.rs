//! `plimsoll check [DIR]` and `plimsoll report [DIR]`.

use super::{conclude, services, wants_json, working_directory};
use crate::cli::{Exit, speak};
use crate::config::{self, LogLevel, Options, RawOptions};
use crate::diag::{Diagnostic, Noted};
use crate::fs::Disk;
use crate::pipeline::{self, Asked};
use std::path::PathBuf;

/// The page of `report`, unless `--outfile` says otherwise.
const PAGE: &str = "plimsoll-report.html";

pub(in crate::cli) fn run(raw: RawOptions) -> Exit {
    told(raw, |_| Asked::Check)
}

pub(in crate::cli) fn report(mut raw: RawOptions) -> Exit {
    let outfile = raw.given.iter().rposition(|given| given.flag.name == "outfile");
    // For a build it would mean that one script is written there.
    let outfile = outfile.map(|at| raw.given.remove(at).text);
    let page = |options: &Options| {
        let Ok(cwd) = working_directory() else { return options.root.join(PAGE) };
        cwd.join(outfile.as_deref().unwrap_or(PAGE))
    };
    told(raw, |options| Asked::Report(page(options)))
}

fn told(raw: RawOptions, asked: impl Fn(&Options) -> Asked) -> Exit {
    let json = wants_json(&raw);
    let (Noted { value: options, problems }, directory) = match settle(raw) {
        Ok(settled) => settled,
        Err(problems) => return speak::refuse_as(&problems, json),
    };
    let services = services(&options, Box::new(|_| {}));
    let asked = asked(&options);
    let mut outcome = pipeline::check(&directory, &options, &services, &asked);
    outcome.problems.extend(problems);
    if let Asked::Report(path) = &asked {
        if outcome.emitted.is_some() && options.log_level >= LogLevel::Info && !options.json {
            outcome.text = format!("written: {}\n", path.display());
        }
        // A page is asked for, no verdict.
        outcome.verdict = None;
    }
    conclude(&outcome, &options)
}

/// The options of the project that the directory belongs to, and the directory.
fn settle(mut raw: RawOptions) -> Result<(Noted<Options>, PathBuf), Vec<Diagnostic>> {
    let cwd = working_directory()?;
    let operand = std::mem::take(&mut raw.entries).pop();
    let environment = super::environment();
    let options = match config::resolve(&raw, &cwd, &Disk, &environment) {
        Ok(resolved) => resolved,
        // A directory can be judged where there is nothing to build.
        Err(problems) if operand.is_some() && problems.iter().all(|problem| problem.code == "missing-entry") => {
            config::resolve_without_entries(&raw, &cwd, &Disk, &environment)?
        }
        Err(problems) => return Err(problems),
    };
    let directory = operand.map_or_else(|| options.value.outdir.clone(), |operand| cwd.join(operand));
    if !directory.is_dir() {
        let message = format!("there is no directory `{}` to check", directory.to_string_lossy());
        return Err(vec![Diagnostic::error("missing-directory", message).hint("build first: `plimsoll build`")]);
    }
    Ok((options, directory))
}
