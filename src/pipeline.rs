//! The spine.

use crate::cache::Cache;
use crate::config::Options;
use crate::diag::Diagnostic;
use crate::fs::Files;
use crate::model::{Emitted, Verdict};
use std::path::PathBuf;
use std::time::Duration;

/// Abilities, never build data.
pub struct Services {
    pub files: Box<dyn Files>,
    pub cache: Cache,
    /// Told the name of each stage as it starts.
    pub progress: Box<dyn Fn(&str) + Sync + Send>,
}

/// Time by stage, in order.
pub type Timings = Vec<(String, Duration)>;

/// What came of a build.
#[derive(Debug, Default)]
pub struct Outcome {
    /// `None`: the build failed and nothing was written.
    pub emitted: Option<Emitted>,
    pub verdict: Option<Verdict>,
    pub problems: Vec<Diagnostic>,
    pub timings: Timings,
    /// Every file whose content or absence the build depended on.
    pub watched: Vec<PathBuf>,
    /// The report for people.
    pub text: String,
    /// The report for programs.
    pub json: serde_json::Value,
}

/// Entries in, a directory out.
pub fn build(options: &Options, services: &Services) -> Outcome {
    (services.progress)("graph");
    let problem = Diagnostic::error("not-built", format!("building {} is not there yet", options.entries.len()));
    Outcome { problems: vec![problem], ..Outcome::default() }
}

/// A built directory against its budget.
pub fn check(directory: &std::path::Path, options: &Options, _services: &Services) -> Outcome {
    let problem = Diagnostic::error("not-built", format!("{} {:?}", directory.display(), options.budget));
    Outcome { problems: vec![problem], ..Outcome::default() }
}
