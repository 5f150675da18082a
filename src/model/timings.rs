//! Made by `pipeline`. Read by `report`.

use std::time::Duration;

/// How long each stage took, in the order in which they ran. The only thing of a build that differs from run to run:
/// it is shown, never written to the output directory.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Timings {
    pub stages: Vec<(String, Duration)>,
}

impl Timings {
    pub fn push(&mut self, stage: &str, took: Duration) {
        self.stages.push((stage.to_string(), took));
    }
    pub fn total(&self) -> Duration {
        self.stages.iter().map(|(_, took)| *took).sum()
    }
}
