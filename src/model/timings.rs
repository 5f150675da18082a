//! Made by `pipeline`. Read by `report`.

use std::time::Duration;

/// How long each stage took, in the order in which they ran. The only thing of a build that differs from run to run:
/// it is shown, never written to the output directory.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Timings {
    pub stages: Vec<(String, Duration)>,
}

/// What memory of earlier builds was good for.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default)]
pub struct CacheUse {
    pub hits: u64,
    pub misses: u64,
    /// Bytes that were found, and bytes that were stored.
    pub read_bytes: u64,
    pub written_bytes: u64,
    /// How long making what was found had taken, all threads together.
    pub saved: Duration,
    pub unchanged: Option<Unchanged>,
}

/// Nothing had changed since the last build: what that one made was put in place.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub struct Unchanged {
    /// Paths that were looked at to know it.
    pub looked_at: u64,
    /// Files among them that had to be read.
    pub read: u64,
    /// How long that build took.
    pub took: Duration,
}

impl Timings {
    pub fn push(&mut self, stage: &str, took: Duration) {
        self.stages.push((stage.to_string(), took));
    }
    pub fn total(&self) -> Duration {
        self.stages.iter().map(|(_, took)| *took).sum()
    }
}
