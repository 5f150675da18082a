//! Made by `budget`. Read by `report` and `cli`.

use serde::{Deserialize, Serialize};

/// One limit of a budget file.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct BudgetLine {
    /// What is limited, in words: `initial load of index.html`.
    pub subject: String,
    /// Bytes.
    pub limit: u64,
}

/// One limit, judged.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct VerdictLine {
    pub line: BudgetLine,
    /// Bytes as transferred.
    pub actual: u64,
    pub passed: bool,
    /// What is largest: (path, package, bytes, import chain), largest first.
    pub largest: Vec<(String, String, u64, Vec<String>)>,
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
