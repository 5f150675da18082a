//! Names for everything, and the bytes that depend on names.
//!
//! In: `RenderedFile`s, whose bodies mention one another by key. Out: `Sealed`: final paths, final bytes, who mentions
//! whom. From here on there are URLs; before, there are none.
//!
//! Invariants:
//! - The hash in a name covers the file's final bytes, mentioned names and all; files are therefore sealed in
//!   topological order of their mentions. Files that mention one another in a circle are hashed together
//!   (`group.rs`).
//! - A source map and a file of legal comments are named after their script (`x.js` → `x.js.map`) and take no part in
//!   its hash: no circle, and the name says what they belong to.
//! - Nothing here depends on the order of the input or on the number of threads.
//! - An asset that no other output mentions, directly or through other assets, is not part of the output, unless its
//!   name is fixed.
//!
//! Not here: what the bytes mean. Start at: [`seal`].

mod group;
mod name;
mod order;
mod outputs;

#[cfg(test)]
mod tests;

use crate::base::ContentHash;
use crate::config::Options;
use crate::diag::{Diagnostic, Noted};
use crate::model::{RenderedFile, Sealed, SealedFile};
use group::Sealing;
use outputs::{Naming, Outputs};
use rayon::prelude::*;
use std::collections::BTreeMap;
use std::sync::Arc;

/// Names every file and writes the mentions.
pub fn seal(files: Vec<RenderedFile>, options: &Options) -> Noted<Sealed> {
    let mut problems = Vec::new();
    let outputs = Outputs::collect(files, options, &mut problems);
    let order = order::levels(&outputs);
    let mut sealing = Sealing::new(outputs, options);
    for level in &order {
        let done: Vec<_> = level.par_iter().map(|group| sealing.seal_group(group)).collect();
        for group in done {
            sealing.store(group.take(&mut problems));
        }
    }
    let (outputs, paths, bytes) = sealing.finish();
    let kept = without_repetitions(&outputs, &paths, &bytes, &mut problems);
    let mut sealed: Vec<SealedFile> =
        kept.into_par_iter().map(|at| sealed_file(&outputs, &paths, &bytes, at)).collect();
    sealed.sort_by(|a, b| a.path.cmp(&b.path));
    Noted::new(Sealed { files: sealed }, problems)
}

/// Of the files with one path keeps the first. Same path and same bytes is one file; other bytes is a conflict.
fn without_repetitions(
    outputs: &Outputs,
    paths: &[String],
    bytes: &[Arc<[u8]>],
    problems: &mut Vec<Diagnostic>,
) -> Vec<usize> {
    let mut owner: BTreeMap<&str, usize> = BTreeMap::new();
    let mut kept = Vec::new();
    for (at, path) in paths.iter().enumerate() {
        let first = *owner.entry(path).or_insert(at);
        if first == at {
            kept.push(at);
            continue;
        }
        // The map of a file that turned out to be another's twin.
        let follows_a_twin = matches!(outputs.items[at].naming, Naming::Derived(inner, _)
            if owner.get(paths[inner].as_str()).is_some_and(|first| *first != inner));
        if bytes[first] != bytes[at] && !follows_a_twin {
            problems.push(conflict(outputs, path, first, at));
        }
    }
    kept
}

fn conflict(outputs: &Outputs, path: &str, first: usize, second: usize) -> Diagnostic {
    let what = |at: usize| {
        let file = &outputs.items[at].file;
        let source = file.contributions.first().map(|contribution| contribution.source.as_str());
        source.map_or_else(|| format!("{:?}", file.key), str::to_string)
    };
    Diagnostic::error("output-conflict", format!("two outputs with different contents would both be {path}"))
        .note(format!("one is made from {}, the other from {}", what(first), what(second)))
        .hint("rename one of the sources, or put [dir] or [hash] into --entry-names, --chunk-names or --asset-names")
}

fn sealed_file(outputs: &Outputs, paths: &[String], bytes: &[Arc<[u8]>], at: usize) -> SealedFile {
    let item = &outputs.items[at];
    let mut mentions: Vec<String> = item.targets.iter().flatten().map(|target| paths[*target].clone()).collect();
    mentions.sort();
    mentions.dedup();
    SealedFile {
        key: item.file.key.clone(),
        kind: item.file.kind,
        path: paths[at].clone(),
        bytes: bytes[at].clone(),
        hashed: outputs.hashed(at),
        hash: ContentHash::of(&bytes[at]),
        mentions,
        contributions: item.file.contributions.clone(),
        exports: item.file.exports.clone(),
    }
}
