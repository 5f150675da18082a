//! Made by `split`. Read by `script`, `style`, `page`, `report`.

use crate::base::{ChunkId, IndexVec, ModuleId, StyleId};
use serde::{Deserialize, Serialize};

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum ChunkKind {
    /// Index into [`super::ModuleGraph::entries`].
    Entry(usize),
    /// The target of `import()`.
    Dynamic(ModuleId),
    Shared,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Chunk {
    pub kind: ChunkKind,
    /// Name before templates and hashing.
    pub name: String,
    /// In order of evaluation.
    pub modules: Vec<ModuleId>,
    /// Chunks whose code must be there first: all that this one imports statically, directly or not, in order of
    /// evaluation, without itself.
    pub static_imports: Vec<ChunkId>,
    /// Style sheets that the modules of this chunk apply, in order.
    pub styles: Vec<StyleId>,
}

/// Which module is where.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ChunkPlan {
    pub chunks: IndexVec<ChunkId, Chunk>,
    pub chunk_of: IndexVec<ModuleId, Option<ChunkId>>,
    /// By entry index: its chunk.
    pub entry_chunks: Vec<ChunkId>,
    /// `import()` targets: the chunk to load for each.
    pub dynamic_chunks: std::collections::BTreeMap<ModuleId, ChunkId>,
}
