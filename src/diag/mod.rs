//! Problems as data. `what happened · where · why · what to type next`, readable without colour.
//!
//! Stages return them; only `report` and `cli` print them.

mod near;
mod render;

pub use near::nearest;
pub use render::{render_json, render_terminal};

/// Errors fail the build; warnings do not, unless denied.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Severity {
    Error,
    Warning,
}

/// A place in a file. `line` and `column` are 1-based, columns count characters; `line == 0` means the whole file.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug, serde::Serialize, serde::Deserialize)]
pub struct Location {
    /// Relative to the project root where possible, always with `/`.
    pub file: String,
    pub line: u32,
    pub column: u32,
    /// Length of what is marked, in characters; at least 1.
    pub length: u32,
    /// The text of the line, for the code frame.
    pub line_text: String,
}

impl Location {
    pub fn file(file: impl Into<String>) -> Self {
        Location { file: file.into(), line: 0, column: 0, length: 0, line_text: String::new() }
    }

    /// The place of bytes `start..end` of `text`. Offsets past the end are moved to it.
    pub fn span(file: impl Into<String>, text: &str, start: u32, end: u32) -> Self {
        let start = floor_boundary(text, start as usize);
        let end = floor_boundary(text, end as usize).max(start);
        let index = crate::base::LineIndex::new(text);
        let (line, column) = index.human(text, start as u32);
        let from = index.start(line - 1) as usize;
        let line_text = text[from..].split(['\n', '\r']).next().unwrap_or("").to_string();
        let to_line_end = (from + line_text.len()).saturating_sub(start);
        let length = text[start..start + (end - start).min(to_line_end)].chars().count().max(1) as u32;
        Location { file: file.into(), line, column, length, line_text }
    }
}

fn floor_boundary(text: &str, offset: usize) -> usize {
    let mut at = offset.min(text.len());
    while !text.is_char_boundary(at) {
        at -= 1;
    }
    at
}

/// One problem.
#[derive(Clone, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub struct Diagnostic {
    /// Stable, kebab-case: `unresolved-import`. Warnings are silenced and denied by it.
    pub code: String,
    pub severity: Severity,
    /// One sentence, lower-case start, no full stop.
    pub message: String,
    pub location: Option<Location>,
    /// What else a reader needs: other places, what was tried.
    pub notes: Vec<String>,
    /// What to type or change next.
    pub hint: Option<String>,
}

impl Diagnostic {
    pub fn error(code: &str, message: impl Into<String>) -> Self {
        Diagnostic {
            code: code.to_string(),
            severity: Severity::Error,
            message: message.into(),
            location: None,
            notes: Vec::new(),
            hint: None,
        }
    }
    pub fn warning(code: &str, message: impl Into<String>) -> Self {
        Diagnostic { severity: Severity::Warning, ..Self::error(code, message) }
    }
    pub fn at(mut self, location: Location) -> Self {
        self.location = Some(location);
        self
    }
    pub fn note(mut self, note: impl Into<String>) -> Self {
        self.notes.push(note.into());
        self
    }
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }
    pub fn is_error(&self) -> bool {
        self.severity == Severity::Error
    }
}

/// A value and the problems met while making it.
#[derive(Clone, Debug)]
pub struct Noted<T> {
    pub value: T,
    pub problems: Vec<Diagnostic>,
}

impl<T> Noted<T> {
    pub fn clean(value: T) -> Self {
        Noted { value, problems: Vec::new() }
    }
    pub fn new(value: T, problems: Vec<Diagnostic>) -> Self {
        Noted { value, problems }
    }
    /// Moves the problems into `into` and returns the value.
    pub fn take(self, into: &mut Vec<Diagnostic>) -> T {
        into.extend(self.problems);
        self.value
    }
}

/// Sorted by file, line, column and code, without repetitions: the same whatever thread found what first.
pub fn sorted(mut problems: Vec<Diagnostic>) -> Vec<Diagnostic> {
    problems.sort_by(|a, b| {
        (a.severity, &a.location, &a.code, &a.message).cmp(&(b.severity, &b.location, &b.code, &b.message))
    });
    problems.dedup();
    problems
}
