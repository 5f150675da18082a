//! `plimsoll check [DIR]`.

use super::{conclude, services, wants_json, working_directory};
use crate::cli::{Exit, speak};
use crate::config::{self, BudgetSource, Options, RawOptions};
use crate::diag::Diagnostic;
use crate::fs::Disk;
use crate::pipeline;
use std::path::PathBuf;

pub(in crate::cli) fn run(raw: RawOptions) -> Exit {
    let json = wants_json(&raw);
    let (options, directory) = match settle(raw) {
        Ok(settled) => settled,
        Err(problems) => return speak::refuse_as(&problems, json),
    };
    let services = services(&options, Box::new(|_| {}));
    conclude(&pipeline::check(&directory, &options, &services), &options)
}

/// The options of the project that the directory belongs to, and the directory.
fn settle(mut raw: RawOptions) -> Result<(Options, PathBuf), Vec<Diagnostic>> {
    let cwd = working_directory()?;
    let operand = std::mem::take(&mut raw.entries).pop();
    let environment = super::environment();
    let mut options = match config::resolve(&raw, &cwd, &Disk, &environment) {
        Ok(resolved) => resolved.value,
        // A directory can be judged where there is nothing to build.
        Err(problems) if operand.is_some() && problems.iter().all(|problem| problem.code == "missing-entry") => {
            config::resolve_without_entries(&raw, &cwd, &Disk, &environment)?.value
        }
        Err(problems) => return Err(problems),
    };
    // Somebody who asks for a verdict wants limits, whatever kind of build it was.
    let refused = raw.given.iter().any(|given| given.flag.name == "budget" && given.text == "none");
    if options.budget.is_none() && !refused {
        options.budget = Some(BudgetSource::Default);
    }
    let directory = operand.map_or_else(|| options.outdir.clone(), |operand| cwd.join(operand));
    if !directory.is_dir() {
        let message = format!("there is no directory `{}` to check", directory.to_string_lossy());
        return Err(vec![Diagnostic::error("missing-directory", message).hint("build first: `plimsoll build`")]);
    }
    Ok((options, directory))
}
