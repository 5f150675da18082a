//! A compiled module: text with holes, ready to be named and spliced. Plain data, cacheable.

use super::facts::LocalSym;
use serde::{Deserialize, Serialize};

/// What stands at a hole of the text.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum HoleKind {
    /// The symbol's name.
    Name,
    /// `{name}` in an object literal or pattern: the splicer writes the symbol's own name in the source as the property
    /// name and, if the symbol is now named otherwise, `:name` behind it.
    Shorthand,
    /// The symbol's name, where the source has something else: the source map does not call it by its name.
    Coined,
    /// A property that is shortened: its number in [`ModuleObject::properties`].
    Property,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Hole {
    /// Byte offset in `text` of the one byte (`_`) that the hole stands for.
    pub at: u32,
    /// Record targets and assets are symbols too: the splicer writes their URL.
    pub symbol: LocalSym,
    pub kind: HoleKind,
}

/// The key of what was a shorthand: `{ __proto__: x }` means something else.
pub fn shorthand_key(name: &str) -> &str {
    if name == "__proto__" { "[\"__proto__\"]" } else { name }
}

/// A lexical scope below the module's top level.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Scope {
    /// Index of the parent scope; `u32::MAX` for the top level.
    pub parent: u32,
    /// Symbols declared here, in order of appearance.
    pub declares: Vec<LocalSym>,
    /// Symbols from outside that are mentioned in here or deeper, sorted.
    pub captures: Vec<LocalSym>,
    /// Globals mentioned in here or deeper: indices into [`ModuleObject::globals`], sorted.
    pub globals: Vec<u32>,
}

/// Text, holes and the tables to fill them.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct ModuleObject {
    /// Minified or pretty, without any renamable name.
    pub text: String,
    /// In order of `at`.
    pub holes: Vec<Hole>,
    /// Names of properties that are shortened.
    pub properties: Vec<String>,
    /// Names of all symbols from [`super::facts::ModuleFacts::symbol_count`] on: first those that compilation put at
    /// the top level, then nested ones.
    pub extra_names: Vec<String>,
    /// How many of `extra_names` are at the top level.
    pub extra_top_level: u32,
    /// How often each symbol is mentioned, by symbol number.
    pub counts: Vec<u32>,
    /// Parents before children.
    pub scopes: Vec<Scope>,
    /// Free names: never given to a binding that could capture them.
    pub globals: Vec<String>,
    /// Names must stay (direct `eval`, `with`).
    pub pinned: bool,
    /// Source map: offsets in `text` and positions in the source, in order of offset.
    pub mappings: Vec<Mapping>,
    /// Legal comments (`/*! … */`, `@license`, `@preserve`), whole, in order.
    pub legal_comments: Vec<String>,
    /// Top-level symbols that the text really declares, sorted.
    pub declared: Vec<LocalSym>,
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct Mapping {
    /// Byte offset in the object's text.
    pub at: u32,
    /// 0-based; [`Mapping::NOWHERE`] if what follows comes from no source.
    pub line: u32,
    /// 0-based, UTF-16 units.
    pub column: u32,
}

impl Mapping {
    /// As `line`.
    pub const NOWHERE: u32 = u32::MAX;
}
