//! The loops around the pipeline.
//!
//! In: raw options and a way to tell what happens. Out: builds, one after another, until told to stop.
//! Invariants: every build goes through `pipeline` and the same services; events are one closed enum; a failing build
//! ends nothing.
//! Not here: printing (`cli`), building.
//! Start at `watch.rs`.

mod debounce;
mod watch;

pub use watch::{Moment, Project, watch};
