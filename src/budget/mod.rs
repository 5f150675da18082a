//! Measures an output directory, compares it with limits, and says who and what.
//!
//! In: [`Emitted`], limits ([`limits`]), and what there is beside them: the inventory of the build, a baseline. Out:
//! `Verdict`; for `check`, `Emitted` as read from a directory; baselines; candidates of advice.
//!
//! Invariants:
//! - Measured as a browser loads it, from the output directory alone: what a page needs is found in the HTML, CSS and
//!   JavaScript that stand there, never in what the build knows. `check` of a directory and the build that made it come
//!   to the same numbers.
//! - Sizes are as transferred unless a limit says otherwise: the Brotli copy if there is one, else the gzip copy, else
//!   the file (`measure.rs`).
//! - A file counts once, however often a page mentions it.
//! - What lies on other hosts and in `data:` URLs does not count by itself.
//! - Every byte of a file belongs to a source or to the glue between them (`inventory.rs`).
//! - Nothing is advised here: `advise.rs` says what might help, `pipeline` tries it.
//!
//! Not here: what an exit status is, how a verdict looks. Start at: [`judge`].

mod advise;
mod baseline;
mod before;
mod changed;
mod dominators;
mod history;
mod inventory;
mod judge;
mod limits;
mod measure;
mod page;
mod past;
mod read;
mod scripts;
mod shares;
mod sheets;

#[cfg(test)]
mod tests;

pub use advise::{Candidate, candidates, is_worth};
pub use baseline::{Baseline, KeptFile};
pub use before::{baseline_file, before, kept};
pub use changed::{Changed, changed};
pub use inventory::{Build, duplicates, explain, inventory};
pub use limits::{Limit, read as limits, schema};
pub use measure::{Compress, Contents, How, Loaded, PageLoad, stable_name, transferred};
pub use past::past;
pub use read::{bytes_of, read_directory};

use crate::diag::Noted;
use crate::model::{Emitted, Inventory, Verdict};
use judge::Scene;
use measure::Site;

/// What there is beside the files.
pub struct Means<'a> {
    /// Bytes of the outputs.
    pub contents: &'a Contents<'a>,
    /// For limits in an encoding of which there is no copy.
    pub compress: &'a Compress<'a>,
    pub inventory: Option<&'a Inventory>,
    pub baseline: Option<&'a Baseline>,
}

/// By subject the highest number: several files may have one name but for their hashes.
pub fn highest<'a>(numbers: impl Iterator<Item = (&'a String, u64)>) -> std::collections::BTreeMap<String, u64> {
    let mut out = std::collections::BTreeMap::new();
    for (subject, number) in numbers {
        let known = out.entry(subject.clone()).or_insert(number);
        *known = number.max(*known);
    }
    out
}

/// Compares the output with the limits. Without limits there are no lines.
pub fn judge<'a>(emitted: &'a Emitted, limits: &[Limit], means: &Means<'a>) -> Noted<Verdict> {
    let mut problems = Vec::new();
    let site = Site::new(&emitted.files, means.contents, means.compress).take(&mut problems);
    let scene = Scene {
        pages: site.pages(),
        site: &site,
        directory: &emitted.directory,
        inventory: means.inventory,
        baseline: means.baseline,
    };
    let verdict = judge::judge(&scene, limits).take(&mut problems);
    Noted::new(verdict, problems)
}

/// The baseline that this output is, with the reasons and bests of the one before.
pub fn baseline<'a>(emitted: &'a Emitted, verdict: &Verdict, before: Option<&Baseline>, means: &Means<'a>) -> Baseline {
    let site = Site::new(&emitted.files, means.contents, means.compress).value;
    Baseline::of(&site, verdict, before)
}

/// A page, what it loads at once, what each `import()` adds to that, and the bytes that its service worker installs.
pub struct PageFacts {
    pub load: PageLoad,
    pub routes: Vec<(String, Vec<usize>)>,
    pub install: Option<u64>,
}

/// Every page of the output.
pub fn pages<'a>(emitted: &'a Emitted, means: &Means<'a>) -> Noted<Vec<PageFacts>> {
    let mut problems = Vec::new();
    let site = Site::new(&emitted.files, means.contents, means.compress).take(&mut problems);
    let scene = Scene {
        pages: site.pages(),
        site: &site,
        directory: &emitted.directory,
        inventory: means.inventory,
        baseline: means.baseline,
    };
    let install = scene.precached().map(|files| files.iter().map(|at| transferred(&emitted.files[*at])).sum());
    let page = |load: &PageLoad| PageFacts { load: load.clone(), routes: scene.routes(load), install };
    Noted::new(scene.pages.iter().map(page).collect(), problems)
}
