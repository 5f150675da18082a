//! Ids, hashes, paths and positions. Knows nothing of bundling, does no I/O.

pub mod as_bytes;
mod hash;
mod ids;
mod index_vec;
mod jobs;
mod lines;
mod lists;
mod name_pattern;
mod path_pattern;
mod paths;
mod script_pattern;
mod text;
pub mod trace;

pub use hash::ContentHash;
pub use ids::{AssetId, ChunkId, ModuleId, PageId, SheetId, StyleId};
pub use index_vec::{Idx, IndexVec};
pub use jobs::longest_first;
pub use lines::LineIndex;
pub use lists::Lists;
pub use name_pattern::NamePattern;
pub use path_pattern::PathPattern;
pub use paths::{decode_url_path, encode_url_path, join_url, normalize_slashes, relative_path, relative_url};
pub use script_pattern::ScriptPattern;
pub use text::contains;
