//! Made by `budget`. Read by `report` and `cli`. All sizes are bytes as transferred unless said otherwise.

use super::FileKind;
use serde::{Deserialize, Serialize};

/// One limit of a budget file.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct BudgetLine {
    /// What is limited, in words: `initial load of index.html`, `total of script and stylesheet`.
    pub subject: String,
    pub limit: u64,
}

/// One file that counts against a limit.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct CountedFile {
    pub path: String,
    pub kind: FileKind,
    pub bytes: u64,
}

/// What one package gave to the files that count.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct PackageShare {
    /// `name@version`, or empty for the project's own files.
    pub package: String,
    /// Its part of the transferred bytes: each file's transferred size divided as its raw size is.
    pub bytes: u64,
    /// Before compression.
    pub raw_bytes: u64,
}

/// What one source gave to the files that count.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct SourceShare {
    pub source: String,
    pub package: String,
    /// As in [`PackageShare`].
    pub bytes: u64,
    pub raw_bytes: u64,
    /// From an entry to this source: `src/main.ts:3`, …
    pub chain: Vec<String>,
}

/// One limit, judged.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct VerdictLine {
    pub line: BudgetLine,
    pub actual: u64,
    pub passed: bool,
    /// Every file that was counted, largest first.
    pub files: Vec<CountedFile>,
    /// Largest first; empty when nobody knows what is in the files (`check` of a directory).
    pub packages: Vec<PackageShare>,
    /// The largest, largest first; empty as `packages`.
    pub sources: Vec<SourceShare>,
}

#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Verdict {
    pub lines: Vec<VerdictLine>,
}

impl Verdict {
    pub fn passed(&self) -> bool {
        self.lines.iter().all(|line| line.passed)
    }
}
