//! Made by `budget`. Read by `report` and `cli`. All sizes are bytes as transferred unless said otherwise.

use super::FileKind;
use crate::diag::Location;
use serde::{Deserialize, Serialize};

/// How the bytes of a file are counted.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum SizeOf {
    /// What goes over the wire: the Brotli copy if there is one, else the gzip copy, else the file.
    #[default]
    Transferred,
    Raw,
    Gzip,
    Brotli,
    Zstd,
}

impl SizeOf {
    pub fn word(self) -> &'static str {
        match self {
            SizeOf::Transferred => "transferred",
            SizeOf::Raw => "raw",
            SizeOf::Gzip => "gzip",
            SizeOf::Brotli => "brotli",
            SizeOf::Zstd => "zstd",
        }
    }
}

/// What the numbers of a line count.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Unit {
    #[default]
    Bytes,
    Requests,
    Packages,
}

#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum State {
    #[default]
    Passed,
    Warned,
    Failed,
}

/// One limit of a budget file.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct BudgetLine {
    /// What is limited, in words: `initial load of index.html`, `all scripts and stylesheets`. The same in every build.
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

/// One thing that brings a line down, tried out before it is said.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct Advice {
    /// What to do, in words.
    pub text: String,
    /// The import, the rule or the tag that it is about.
    pub at: Option<Location>,
    /// How much less the line's number is then, measured.
    pub saves: u64,
    /// The line holds then.
    pub is_enough: bool,
    /// What else is to be known: who asked, which statement holds it, what grew.
    pub details: Vec<String>,
}

/// What was added since the baseline.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct Growth {
    /// A package or a source of the project.
    pub name: String,
    /// Raw bytes now less those of then.
    pub bytes: i64,
    /// It was not there.
    pub is_new: bool,
}

/// One limit, judged.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct VerdictLine {
    pub line: BudgetLine,
    pub actual: u64,
    /// It did not fail: warnings pass.
    pub passed: bool,
    pub state: State,
    pub unit: Unit,
    pub size: SizeOf,
    /// What does not hold is against the baseline: it may move, with a reason.
    pub relative: bool,
    /// It follows what is measured down, and rises with a reason alone.
    pub ratchet: bool,
    /// Above this there is a warning.
    pub warn: Option<u64>,
    /// What it was in the baseline.
    pub baseline: Option<u64>,
    /// Where the limit stands.
    pub place: Option<Location>,
    /// Every file that was counted, largest first.
    pub files: Vec<CountedFile>,
    /// Largest first; empty when nobody knows what is in the files.
    pub packages: Vec<PackageShare>,
    /// The largest, largest first; empty as `packages`.
    pub sources: Vec<SourceShare>,
    /// What was asked for and found, of lines that are about names.
    pub notes: Vec<String>,
    /// Most since the baseline first.
    pub growth: Vec<Growth>,
    /// The best first.
    pub advice: Vec<Advice>,
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
