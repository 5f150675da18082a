//! Builds of the past. Made by `budget`. Read by `report`. Never changed after.

use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct PastBuild {
    pub label: String,
    pub values: BTreeMap<String, u64>,
    /// By subject: how far it stepped out of the noise here.
    pub steps: BTreeMap<String, i64>,
}

/// Where a line is going.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Forecast {
    pub subject: String,
    /// Bytes, or a count.
    pub per_build: f64,
    /// Builds until the limit; `None`: it does not come nearer beyond the noise.
    pub crosses_in: Option<u32>,
    pub limit: u64,
}

#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Past {
    /// Oldest first; the last is the build that is judged.
    pub builds: Vec<PastBuild>,
    pub forecasts: Vec<Forecast>,
}
