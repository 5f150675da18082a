//! From what was typed and written down to [`Options`]: every choice made, none left.
//!
//! In: argv (parsed by `cli` into [`RawOptions`]), `plimsoll.json`, `package.json`, browserslist, `.env` files, and the
//! environment and working directory as arguments.
//! Out: [`Options`], or what was used wrongly (exit status 2).
//! Invariants: a flag wins over the file, the file over a default; paths are absolute; every key of the file is a flag of
//! [`FLAGS`]; the same inputs give the same options whatever the day.
//! Not here: anything that depends on what a source file says; printing.
//! Start at `resolve.rs`; a new flag starts in `flags.rs`.

mod options;
mod language;
mod flags;
mod raw;
mod file;
mod entries;
mod environment;
mod targets;
mod define;
mod defaults;
mod resolve;
#[cfg(test)]
pub(crate) mod for_tests;
#[cfg(test)]
mod tests;

pub use file::{CONFIG_FILE, JSONC};
pub use flags::{Commas, FLAGS, Flag, Form, Group, flag};
pub use options::{
    BudgetSource, Chunking, CssModules, Format, ImageMode, JsxMode, JsxOptions, Judging, LegalComments, LogLevel,
    Mangling, Minify, Mode, Options, Packages, Platform, Proof, Purge, SourceMapMode,
};
pub use raw::{Given, RawOptions, Source};
pub use resolve::{resolve, resolve_without_entries};
