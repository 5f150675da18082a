//! HTML, one page at a time. The only home of lol_html.
//!
//! In: the text of a page. Out: [`HtmlFacts`] ([`scan`]); the page again, with some references replaced, as text
//! and holes ([`Document::rewrite`]), because final URLs do not exist before `seal`.
//! Invariants: a page without edits is printed byte for byte; no input panics; `scan` and `Document::mentions` number
//! the references alike.
//! Not here: where a reference leads, what is added to a page (`page`).
//! Start at: `document.rs`, then `tokens.rs`.

mod document;
mod entities;
mod facts;
mod mentions;
mod minify;
mod rewrite;
mod srcset;
mod tokens;
#[cfg(test)]
mod tests;

pub use document::{Document, DocumentNames, HtmlPiece, scan};
pub use entities::escape;
pub use facts::{HtmlFacts, HtmlRef, HtmlRefKind};
pub use mentions::Mention;
pub use rewrite::{Edit, Edits};
