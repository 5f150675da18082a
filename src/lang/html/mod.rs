//! HTML, one page at a time. The only home of lol_html.

mod facts;

pub use facts::{HtmlFacts, HtmlRef, HtmlRefKind};
