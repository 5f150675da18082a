//! plimsoll: a front-end build and asset toolchain.
//!
//! The rooms, in the order in which data goes through them. Ground rooms may use only the ground above them;
//! a stage uses ground and itself, never another stage; `pipeline` alone knows every stage (`tests/tidy.rs`).
//!
//! | room | turns | into |
//! | --- | --- | --- |
//! | `config` | argv, `plimsoll.json`, `package.json`, environment | [`config::Options`] |
//! | `graph` | `Options` | [`model::ModuleGraph`] |
//! | `link` | `ModuleGraph` | [`model::Linked`] |
//! | `split` | `Linked` | [`model::ChunkPlan`] |
//! | `script`, `style`, `image`, `page` | the above | [`model::RenderedFile`]s, [`model::ImageSets`] |
//! | `seal` | `RenderedFile`s | [`model::Sealed`] |
//! | `pwa`, `delivery` | `Sealed` | `Sealed` |
//! | `emit` | `Sealed` | [`model::Emitted`] |
//! | `budget` | `Emitted` | [`model::Verdict`] |
//! | `report` | `Emitted`, `Verdict` | text, JSON |

// Ground: each room may use only those above it.
pub mod base;
pub mod fs;
pub mod diag;
pub mod lang;
pub mod model;
pub mod config;
pub mod cache;

// Stages.
pub mod graph;
pub mod link;
pub mod split;
pub mod script;
pub mod style;
pub mod image;
pub mod page;
pub mod seal;
pub mod pwa;
pub mod delivery;
pub mod emit;
pub mod budget;
pub mod report;

// The spine, and the loops around it.
pub mod pipeline;
pub mod dev;
pub mod cli;
