//! From what was typed and written down to [`Options`]: every choice made, none left.
//!
//! In: argv (parsed by `cli` into [`RawOptions`]), `plimsoll.json`, `package.json`, browserslist, `.env` files.
//! Out: `Options`. Start at `options.rs`.
//! Not here: anything that depends on what a source file says.

mod options;
#[cfg(test)]
mod for_tests;

pub use options::{
    BudgetSource, Format, ImageMode, JsxMode, JsxOptions, LegalComments, LogLevel, Minify, Mode, Options, Packages,
    Platform, SourceMapMode,
};
