//! Measures an output directory and compares it with limits.
//!
//! In: `Emitted` and where the limits come from. Out: `Verdict`, or for `check`, `Emitted` as read from a directory.
//!
//! Invariants:
//! - Measured as a browser loads it, from the output directory alone: what a page needs is found in the HTML, CSS and
//!   JavaScript that stand there, never in what the build knows. `check` of a directory and the build that made it come
//!   to the same numbers.
//! - Sizes are as transferred: the Brotli copy if there is one, else the gzip copy, else the file (`measure.rs`).
//! - A file counts once, however often a page mentions it.
//! - What lies on other hosts and in `data:` URLs does not count by itself.
//!
//! Not here: what an exit status is, how a verdict looks. Start at: [`judge`].

mod limits;
mod measure;
mod page;
mod read;
mod scripts;
mod sheets;

#[cfg(test)]
mod tests;

pub use read::read_directory;

use crate::config::BudgetSource;
use crate::diag::{Diagnostic, Noted};
use crate::model::{BudgetLine, CountedFile, Emitted, EmittedFile, PackageShare, SourceShare, Verdict, VerdictLine};
use limits::{Limit, Measure};
use measure::{Site, transferred};
use std::collections::BTreeMap;

/// How many packages and sources a failing line names, together.
const NAMED: usize = 15;
const NAMED_PACKAGES: usize = 7;

/// Compares what stands in the output directory with the limits. With a bad budget file there are no lines.
pub fn judge(emitted: &Emitted, source: &BudgetSource) -> Noted<Verdict> {
    let mut problems = Vec::new();
    let limits = limits::read(source).take(&mut problems);
    let loads = if limits.iter().any(|limit| matches!(limit.measure, Measure::InitialLoad { .. })) {
        Site::new(emitted).initial_loads().take(&mut problems)
    } else {
        Vec::new()
    };
    let mut lines = Vec::new();
    for limit in &limits {
        match &limit.measure {
            Measure::InitialLoad { pages, pattern } => {
                let before = lines.len();
                for (page, files) in loads.iter().filter(|(page, _)| pages.is_match(page)) {
                    lines.push(line(format!("initial load of {page}"), limit, files));
                }
                if lines.len() == before && pattern != "*" {
                    problems.push(unmatched(pattern, &loads));
                }
            }
            Measure::Total { types } => {
                let files: Vec<&EmittedFile> = emitted.files.iter().filter(|file| types.contains(&file.kind)).collect();
                lines.push(line(limits::subject_of(types), limit, &files));
            }
        }
    }
    Noted::new(Verdict { lines }, problems)
}

fn unmatched(pattern: &str, loads: &[(&str, Vec<&EmittedFile>)]) -> Diagnostic {
    let pages: Vec<&str> = loads.iter().take(5).map(|(page, _)| *page).collect();
    let problem = Diagnostic::warning("unmatched-budget", format!("no page matches the budget's pages {pattern:?}"))
        .hint("write a pattern of paths inside the output directory, or \"*\" for every page");
    if pages.is_empty() { problem } else { problem.note(format!("pages are {}", pages.join(", "))) }
}

fn line(subject: String, limit: &Limit, files: &[&EmittedFile]) -> VerdictLine {
    let actual = files.iter().map(|file| transferred(file)).sum();
    let passed = actual <= limit.max;
    let mut counted: Vec<CountedFile> = files
        .iter()
        .map(|file| CountedFile { path: file.path.clone(), kind: file.kind, bytes: transferred(file) })
        .collect();
    counted.sort_by(|a, b| b.bytes.cmp(&a.bytes).then_with(|| a.path.cmp(&b.path)));
    let (packages, sources) = if passed { Default::default() } else { largest(files) };
    VerdictLine { line: BudgetLine { subject, limit: limit.max }, actual, passed, files: counted, packages, sources }
}

/// Who gave most to these files.
fn largest(files: &[&EmittedFile]) -> (Vec<PackageShare>, Vec<SourceShare>) {
    let mut packages: BTreeMap<&str, (u64, u64)> = BTreeMap::new();
    let mut sources: BTreeMap<(&str, &str), SourceShare> = BTreeMap::new();
    for file in files {
        let sum: u64 = file.contributions.iter().map(|part| part.bytes).sum();
        let whole = u128::from(sum.max(file.bytes).max(1));
        for part in &file.contributions {
            let bytes = (u128::from(transferred(file)) * u128::from(part.bytes) / whole) as u64;
            let package = packages.entry(&part.package).or_default();
            package.0 += bytes;
            package.1 += part.bytes;
            let source = sources.entry((&part.source, &part.package)).or_insert_with(|| SourceShare {
                source: part.source.clone(),
                package: part.package.clone(),
                bytes: 0,
                raw_bytes: 0,
                chain: part.why.iter().map(|at| format!("{}:{} → {}", at.file, at.line, at.specifier)).collect(),
            });
            source.bytes += bytes;
            source.raw_bytes += part.bytes;
        }
    }
    let mut packages: Vec<PackageShare> = packages
        .into_iter()
        .map(|(package, (bytes, raw_bytes))| PackageShare { package: package.to_string(), bytes, raw_bytes })
        .collect();
    // Both sorts are stable: ties stay by name.
    packages.sort_by_key(|share| std::cmp::Reverse((share.bytes, share.raw_bytes)));
    packages.truncate(NAMED_PACKAGES);
    let mut sources: Vec<SourceShare> = sources.into_values().collect();
    sources.sort_by_key(|share| std::cmp::Reverse((share.bytes, share.raw_bytes)));
    sources.truncate(NAMED - packages.len());
    (packages, sources)
}
