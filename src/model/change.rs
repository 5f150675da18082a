//! What might be done about a build that is too large. Made by `budget`, tried out by `pipeline`.

/// One change of a project. Sources by name.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub enum Change {
    /// These no longer import `target` at once.
    Defer { target: String, importers: Vec<String> },
    /// One version of a package instead of several: what is asked of `others` is given by `kept`.
    Dedupe { name: String, kept: String, others: Vec<String> },
    /// These sources of a package, or of the project, have no effects beyond what they export.
    Pure { sources: Vec<String> },
    /// An image in another encoding.
    Image { source: String },
    /// A file that is not loaded from the start.
    Later { source: String },
}

impl Change {
    /// The source that it is about.
    pub fn subject(&self) -> Option<&str> {
        match self {
            Change::Defer { target, .. } => Some(target),
            Change::Image { source } | Change::Later { source } => Some(source),
            Change::Dedupe { .. } | Change::Pure { .. } => None,
        }
    }
}
