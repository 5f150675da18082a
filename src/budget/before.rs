//! Where a baseline comes from.

use super::{Baseline, Compress, Limit, Means, read_directory};
use crate::base::{normalize_slashes, relative_path};
use crate::config::Options;
use crate::diag::{Diagnostic, Location};
use std::borrow::Cow;
use std::path::{Path, PathBuf};
use std::process::Command;

/// Where baselines are, unless somebody says otherwise.
const FILE: &str = "budgets/baseline.json";

/// The file that `--update-baseline` writes.
pub fn baseline_file(options: &Options) -> PathBuf {
    let given = options.judging.baseline.as_ref().map(|given| options.root.join(given));
    given.filter(|path| path.extension().is_some_and(|ending| ending == "json")).unwrap_or(options.root.join(FILE))
}

/// What limits are compared with: that of a file, of a built directory, of a revision of git, or none.
pub fn before(options: &Options, limits: &[Limit], compress: &Compress<'_>) -> Result<Option<Baseline>, Diagnostic> {
    let Some(given) = &options.judging.baseline else {
        let path = options.root.join(FILE);
        return if path.is_file() { of_file(&path, options).map(Some) } else { Ok(None) };
    };
    let path = options.root.join(given);
    if path.is_dir() {
        return of_directory(&path, limits, compress).map(Some);
    }
    if path.is_file() {
        return of_file(&path, options).map(Some);
    }
    if options.judging.update && path.extension().is_some_and(|ending| ending == "json") {
        return Ok(None);
    }
    of_revision(given, options).map(Some)
}

/// The baseline that `--update-baseline` will write over.
pub fn kept(options: &Options) -> Result<Option<Baseline>, Diagnostic> {
    let path = baseline_file(options);
    if path.is_file() { of_file(&path, options).map(Some) } else { Ok(None) }
}

fn of_file(path: &Path, options: &Options) -> Result<Baseline, Diagnostic> {
    let name = match path.starts_with(&options.root) {
        true => relative_path(&options.root, path),
        false => normalize_slashes(&path.to_string_lossy()),
    };
    let text = std::fs::read_to_string(path).map_err(|error| {
        let problem = Diagnostic::error("invalid-baseline", format!("cannot read the baseline {name}: {error}"));
        problem.at(Location::file(&name)).hint("write it with `plimsoll check --update-baseline`")
    })?;
    Baseline::read(&name, &text)
}

fn of_directory(path: &Path, limits: &[Limit], compress: &Compress<'_>) -> Result<Baseline, Diagnostic> {
    let found = read_directory(path);
    let Some(emitted) = found.value else {
        let problem = found.problems.into_iter().next();
        return Err(problem.unwrap_or_else(|| Diagnostic::error("invalid-baseline", "the directory cannot be read")));
    };
    let contents = |file: &str| std::fs::read(path.join(file)).map(Cow::Owned);
    let compress = |bytes: &[u8], encoding: &str| compress(bytes, encoding);
    let means = Means { contents: &contents, compress: &compress, inventory: None, baseline: None };
    let verdict = super::judge(&emitted, limits, &means).value;
    Ok(super::baseline(&emitted, &verdict, None, &means))
}

/// The baseline as it was committed.
fn of_revision(revision: &str, options: &Options) -> Result<Baseline, Diagnostic> {
    let refused = |why: String| {
        Diagnostic::error(
            "invalid-baseline",
            format!("`{revision}` is no file, no directory and no revision with {FILE}"),
        )
        .note(why)
        .hint("give the path of a baseline or of a built directory, or a revision of git such as `main`")
    };
    // What begins with a dash would be a flag.
    if revision.starts_with('-') {
        return Err(refused("a revision does not begin with a dash".into()));
    }
    let object = format!("{revision}:./{FILE}");
    let run = Command::new("git").arg("-C").arg(&options.root).args(["show", "--no-textconv", &object]).output();
    let output = run.map_err(|error| refused(format!("git cannot be run: {error}")))?;
    if !output.status.success() {
        return Err(refused(String::from_utf8_lossy(&output.stderr).trim().to_string()));
    }
    Baseline::read(&object, &String::from_utf8_lossy(&output.stdout))
}
