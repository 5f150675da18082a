//! The spine.

use crate::cache::Cache;
use crate::fs::Files;

/// Abilities, never build data.
pub struct Services {
    pub files: Box<dyn Files>,
    pub cache: Cache,
}
