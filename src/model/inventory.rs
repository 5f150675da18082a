//! What is in the files of a build, and why. Made by `budget`. Read by `budget` and `report`. Never changed after.
//!
//! Flat lists with indices: it is large, and is written into the report as it is.

use super::FileKind;
use serde::{Deserialize, Serialize};

/// One import of one source by another.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Asked {
    /// Index into [`Inventory::sources`].
    pub by: u32,
    /// 1-based.
    pub line: u32,
    pub specifier: String,
    /// `import()` and the like: not loaded with its importer.
    pub lazy: bool,
    /// The importer calls or reads something of it while it is evaluated.
    pub at_once: bool,
}

/// A file that was read.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Source {
    /// Relative to the project, with `/`.
    pub name: String,
    /// Index into [`Inventory::packages`]; `None`: the project's own.
    pub package: Option<u32>,
    /// Of the source.
    pub bytes: u64,
    /// The importer on the shortest way from an entry; `None`: an entry.
    pub why: Option<Asked>,
    pub importers: Vec<Asked>,
    /// Exports that others mention.
    pub asks: Vec<String>,
    /// A statement with a side effect that keeps the module though nothing of it is used: line and text.
    pub pinned: Option<(u32, String)>,
    pub common_js: bool,
}

#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct PackageFacts {
    pub name: String,
    pub version: String,
    /// Imports from outside of the package.
    pub asked_by: Vec<Asked>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Role {
    Page,
    Entry,
    /// The target of an `import()`.
    Async,
    /// Holds what several others need.
    Shared,
    Worker,
    Asset,
    #[default]
    None,
}

/// An output file.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct FileFacts {
    pub path: String,
    pub kind: FileKind,
    pub role: Role,
    /// Of role [`Role::Async`]: the source that is asked for.
    pub target: Option<u32>,
    pub bytes: u64,
    /// Files that come with it at once: scripts that it imports, sheets. Indices.
    pub imports: Vec<u32>,
    /// Files that it may load later.
    pub lazy: Vec<u32>,
    /// Index into [`Inventory::sources`] and exact bytes; they sum up to `bytes`.
    pub parts: Vec<(u32, u64)>,
}

/// An image before and after.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ImageFacts {
    /// Index into [`Inventory::files`].
    pub file: u32,
    pub source: String,
    pub before: u64,
    pub after: u64,
    pub width: u32,
    pub height: u32,
}

/// Everything, by index.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Inventory {
    /// Sorted by path.
    pub files: Vec<FileFacts>,
    /// The last one is [`GLUE`].
    pub sources: Vec<Source>,
    pub packages: Vec<PackageFacts>,
    pub images: Vec<ImageFacts>,
}

/// The name of what comes from no source: imports and exports between chunks, the runtime, comments about maps.
pub const GLUE: &str = "plimsoll:glue";

impl Inventory {
    pub fn file(&self, path: &str) -> Option<&FileFacts> {
        self.files.binary_search_by(|file| file.path.as_str().cmp(path)).ok().map(|at| &self.files[at])
    }

    /// `name@version`, or nothing of the project itself.
    pub fn package_of(&self, source: &Source) -> String {
        let package = source.package.and_then(|at| self.packages.get(at as usize));
        package.map(|package| format!("{}@{}", package.name, package.version)).unwrap_or_default()
    }

    /// From an entry to the source: who asks, from the outside in. An entry has none.
    pub fn chain(&self, mut at: u32) -> Vec<&Asked> {
        let mut out = Vec::new();
        while let Some(asked) = self.sources.get(at as usize).and_then(|source| source.why.as_ref()) {
            if out.len() > self.sources.len() || asked.by == at {
                break;
            }
            out.push(asked);
            at = asked.by;
        }
        out.reverse();
        out
    }
}
