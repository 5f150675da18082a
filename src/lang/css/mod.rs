//! CSS, one sheet at a time. The only home of lightningcss.

mod facts;

pub use facts::{CssFacts, CssImport, CssUrl};
