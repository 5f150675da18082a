//! What came of it, as text and as JSON.
//!
//! In: `Emitted`, `Verdict`, `Timings`, problems; for the metafile the graph, the plan and `Sealed`; for `--dump shake` the
//! graph and `Linked`. Out: strings and
//! values.
//!
//! Invariants: says nothing on the terminal itself, reads no clock. Colour adds nothing that is not in the words. A
//! kilobyte is 1,000 bytes.
//!
//! Not here: measuring and judging (`budget`), problems as text (`diag`). Start at: [`terminal`].

mod channels;
mod json;
mod metafile;
mod otlp;
mod page;
mod paint;
mod record;
mod shake;
mod terminal;
mod trace;
mod verdict;

#[cfg(test)]
mod tests;

pub use channels::{badge, github, junit, markdown, moved, sarif};
pub use json::json;
pub use metafile::metafile;
pub use otlp::otlp;
pub use page::{BeforeData, BeforeFile, PageData, PageInput, page};
pub use record::{digest, record, recorded, signed};
pub use shake::shake;
pub use terminal::terminal;
pub use trace::trace;
pub use verdict::verdict_text;
