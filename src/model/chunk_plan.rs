//! Made by `split`. Read by `script`, `style`, `page`, `report`.

use crate::base::{ChunkId, IndexVec, ModuleId, SheetId, StyleId};
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
    /// Files of style sheets that apply with this chunk and its static imports, in order.
    pub sheets: Vec<SheetId>,
}

/// Style sheets that are one file.
#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Sheet {
    /// The chunk that it is named after.
    pub chunk: ChunkId,
    /// It is the chunk's main one: the sheet of an entry is named like the entry.
    pub is_main: bool,
    /// In the order in which they apply.
    pub styles: Vec<StyleId>,
}

/// Which module is where.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ChunkPlan {
    pub chunks: IndexVec<ChunkId, Chunk>,
    pub sheets: IndexVec<SheetId, Sheet>,
    pub chunk_of: IndexVec<ModuleId, Option<ChunkId>>,
    /// By entry index: its chunk.
    pub entry_chunks: Vec<ChunkId>,
    /// `import()` targets: the chunk to load for each.
    pub dynamic_chunks: std::collections::BTreeMap<ModuleId, ChunkId>,
}
