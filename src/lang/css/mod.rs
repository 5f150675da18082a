//! CSS, one sheet at a time. The only home of lightningcss.
//!
//! In: source text. Out: `scan` → [`CssFacts`] (imports, URLs, the script of a CSS module); `compile` →
//! [`CompiledCss`] (lowered, renamed, printed text with slots for URLs).
//! Invariants: pure functions; no input makes them panic; `scan` and `compile` give a CSS module the same names;
//! slots are numbered as `CssFacts::urls`.
//! Not here: what an import or a URL leads to, and the order of several sheets (`style`).
//! `origins` → where in the source each part of the compiled text comes from.
//! Start at `scan.rs`, then `compile.rs`, then `tighten.rs`.

mod anatomy;
mod asked;
mod blocks;
mod compile;
mod constants;
mod critical;
mod facts;
mod fold;
mod gaps;
mod gradients;
mod layers;
mod lex;
mod local;
mod names;
mod neighbours;
mod origins;
mod outline;
mod parse;
mod prefixes;
mod problems;
mod property;
mod scan;
mod selectors;
mod support;
#[cfg(test)]
mod tests;
mod tighten;
mod declarations;
mod unused;
mod values;

pub use asked::{asked, asking};
pub use compile::{
    CompileOptions, CompiledCss, CssPiece, Sheet, compile, compile_attribute, compile_condition, string_token,
    url_token,
};
pub use constants::{ValueStatement, value_statements, value_text, with_values};
pub use critical::critical;
pub use declarations::declarations;
pub use facts::{CssFacts, CssImport, CssUrl};
pub use names::{ModuleNames, module_name};
pub use origins::{CssOrigin, origins};
pub use scan::{scan, scan_attribute, scan_module};
