//! What one script module says of itself, before any other file is known.
//!
//! Symbols are numbered per module, the same way by `scan` and by `compile`, because both number the same
//! transformed tree. The layout of the numbers:
//!
//! | numbers | symbol |
//! | --- | --- |
//! | [`sym::NAMESPACE`] | the module's namespace object |
//! | [`sym::WRAPPER`] | `require_x` of a CommonJS module, `init_x` of a lazily evaluated ES module |
//! | [`sym::INTEROP`], [`sym::INTEROP_NODE`] | a CommonJS module as seen by `import`: bundler rules, Node rules |
//! | [`sym::RAW`] | `module.exports` of a CommonJS module, for names that mean the same by either rule |
//! | [`sym::DEFAULT`] | `export default expression` |
//! | [`sym::ASSET`] | the URL of the asset that the module stands for (`__plimsoll_asset_url__` in its source) |
//! | `FIRST_HELPER + h` | the runtime helper `h` |
//! | `first_record() + 2 r` | of import record `r`: its namespace; for `import()` the list of what to preload |
//! | `first_record() + 2 r + 1` | of import record `r`: its wrapper (`require`) or its URL (`import()`, `new URL`, workers) |
//! | from `first_declared()` | top-level declarations, imported names, members of imported namespaces |

use crate::base::ContentHash;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// A symbol's number within its module.
pub type LocalSym = u32;

pub mod sym {
    //! Fixed symbol numbers.
    use super::LocalSym;
    pub const NAMESPACE: LocalSym = 0;
    pub const WRAPPER: LocalSym = 1;
    pub const INTEROP: LocalSym = 2;
    pub const INTEROP_NODE: LocalSym = 3;
    pub const DEFAULT: LocalSym = 4;
    /// The URL of the module's own asset.
    pub const ASSET: LocalSym = 5;
    /// `module.exports` of a CommonJS module.
    pub const RAW: LocalSym = 6;
    pub const FIRST_HELPER: LocalSym = 7;
}

/// The names exported by the runtime module, in helper order.
pub const HELPERS: [&str; 25] = [
    "__commonJS",
    "__esm",
    "__export",
    "__reExport",
    "__toESM",
    "__toCommonJS",
    "__preload",
    "__require",
    "__url",
    "__name",
    "__async",
    "__publicField",
    "__privateGet",
    "__privateSet",
    "__privateMethod",
    "__privateAdd",
    "__privateIn",
    "__privateWrapper",
    "__class",
    "__take",
    "__key",
    "__import",
    "__early",
    "__tdz",
    "__view",
];

/// A runtime helper: an index into [`HELPERS`].
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Debug, Serialize, Deserialize)]
pub struct Helper(pub u8);

impl Helper {
    pub const COMMON_JS: Helper = Helper(0);
    pub const ESM: Helper = Helper(1);
    pub const EXPORT: Helper = Helper(2);
    pub const RE_EXPORT: Helper = Helper(3);
    pub const TO_ESM: Helper = Helper(4);
    pub const TO_COMMON_JS: Helper = Helper(5);
    pub const PRELOAD: Helper = Helper(6);
    pub const REQUIRE: Helper = Helper(7);
    pub const URL: Helper = Helper(8);
    pub const NAME: Helper = Helper(9);
    pub const ASYNC: Helper = Helper(10);
    pub const PUBLIC_FIELD: Helper = Helper(11);
    pub const PRIVATE_GET: Helper = Helper(12);
    pub const PRIVATE_SET: Helper = Helper(13);
    pub const PRIVATE_METHOD: Helper = Helper(14);
    pub const PRIVATE_ADD: Helper = Helper(15);
    pub const PRIVATE_IN: Helper = Helper(16);
    pub const PRIVATE_WRAPPER: Helper = Helper(17);
    pub const CLASS: Helper = Helper(18);
    pub const TAKE: Helper = Helper(19);
    pub const KEY: Helper = Helper(20);
    pub const IMPORT: Helper = Helper(21);
    pub const EARLY: Helper = Helper(22);
    pub const TDZ: Helper = Helper(23);
    pub const VIEW: Helper = Helper(24);

    pub fn symbol(self) -> LocalSym {
        sym::FIRST_HELPER + u32::from(self.0)
    }
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub enum SourceType {
    /// Has `import`/`export`, or its file name or package says so.
    #[default]
    Esm,
    CommonJs,
}

/// How a specifier is used.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub enum ImportKind {
    /// `import … from`, `export … from`, `import 'x'`
    Import,
    /// `import('x')`
    Dynamic,
    /// `require('x')`
    Require,
    /// `require.resolve('x')`
    RequireResolve,
    /// `new URL('x', import.meta.url)`
    Url,
    /// `new Worker(new URL('x', import.meta.url))`, `SharedWorker` likewise
    Worker,
    /// `navigator.serviceWorker.register(new URL('x', import.meta.url))`
    ServiceWorker,
}

/// One specifier in a module. Several statements naming the same specifier with the same kind share a record.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ImportRecord {
    pub specifier: String,
    pub kind: ImportKind,
    /// Byte range of the specifier (with its quotes) in the source.
    pub start: u32,
    pub end: u32,
    /// `with { type: '…' }`
    pub attribute: Option<String>,
    /// Of `import()`: the names that are read of the namespace, sorted, if they are known wherever this record stands.
    pub names: Option<Vec<String>>,
    /// Inside `try`, or followed by `.catch` or a second `then` argument: unresolved is a warning, not an error.
    pub guarded: bool,
}

impl ImportRecord {
    /// A promise looks for it in the namespace that it is given.
    pub const THEN: &str = "then";
}

#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum SymbolKind {
    /// Declared at the top level of this module.
    Local,
    /// `import { name }`; `name` is the exporting module's name (`default` included).
    Import { record: u32, name: String },
    /// `import * as x`
    Namespace { record: u32 },
    /// `x.name` where `x` is the namespace symbol, or what may turn out to be a namespace: see `lang/js/paths.rs`.
    Member { namespace: LocalSym, name: String },
    /// `'name' in x`, or `x[Symbol.toStringTag]` where there is no name; `x` as above.
    Asked { namespace: LocalSym, name: Option<String> },
}

/// A symbol of the declared range.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub struct SymbolDecl {
    pub name: String,
    pub kind: SymbolKind,
    /// Never assigned after its declaration (imports are not), and declared as a function, class or `const`.
    pub constant: bool,
    /// `let`, `const`, `class`: has a temporal dead zone.
    pub lexical: bool,
    /// Byte offset of the first mention, for messages.
    pub start: u32,
}

/// What an export name stands for.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum ExportTarget {
    /// A symbol of this module (which may itself be an import).
    Symbol(LocalSym),
    /// `export { name } from`
    From { record: u32, name: String },
    /// `export * as x from`
    NamespaceFrom { record: u32 },
}

#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub struct ExportDecl {
    pub name: String,
    pub target: ExportTarget,
    pub start: u32,
    pub end: u32,
}

/// One top-level statement: what liveness is decided on.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Part {
    pub declares: Vec<LocalSym>,
    /// Declared, imported and record symbols that running or reading this part needs.
    pub uses: Vec<LocalSym>,
    /// Records of `import()`, `require`, `new URL`, workers inside this part.
    pub records: Vec<u32>,
    /// Must be kept whenever the module is evaluated.
    pub side_effects: bool,
    /// Declared symbols that it changes: without effects otherwise, it must be kept if one of them is used.
    pub changes: Vec<LocalSym>,
    /// Names of the module's own exports that it sets, where the module is CommonJS: to be kept if one is used.
    pub sets: Vec<String>,
    /// Names of the module's own exports that it reads, where the module is CommonJS.
    pub reads: Vec<String>,
    /// Properties that it reads of imported values (import symbols, variables of [`ModuleFacts::required`], targets of
    /// `require`), of those with which it does nothing else.
    pub members: Vec<(LocalSym, String)>,
    /// Imported functions that it calls: it has effects unless all of them are [`ModuleFacts::pure_functions`].
    pub pure_calls: Vec<LocalSym>,
    /// Touches what other modules see too, so that its place in the order of evaluation matters.
    pub sensitive: bool,
    /// Has a `throw` that stands in no function.
    pub throws: bool,
    /// Of source.
    pub bytes: u32,
    /// Where it starts in the source; `u32::MAX` when it was made.
    pub start: u32,
    /// Imported names that it calls: it is sensitive if they are [`ModuleFacts::stateful`].
    pub calls: Vec<LocalSym>,
    /// Imported names of whose values it reads something when it runs.
    pub looks_at: Vec<LocalSym>,
    /// Imported names whose values it changes when it runs, as far as that can be seen.
    pub alters: Vec<LocalSym>,
}

/// A literal that importers may copy.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Constant {
    Undefined,
    Null,
    Bool(bool),
    Number(f64),
    Text(String),
}

impl Constant {
    /// A copy is no longer than a name, and can be written as it is.
    pub fn is_short(&self) -> bool {
        match self {
            Constant::Number(value) => {
                value.fract() == 0.0 && value.abs() < 1e6 && !(*value == 0.0 && 1.0 / value < 0.0)
            }
            Constant::Text(text) => text.len() <= 6,
            _ => true,
        }
    }
}

/// What a constant is calculated from.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum Formula {
    Literal(Constant),
    /// A symbol of the module.
    Name(LocalSym),
    Of(Operator, Box<(Formula, Formula)>),
}

#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Operator {
    Plus,
    Minus,
    Times,
    Over,
    Rest,
    BitAnd,
    BitOr,
    BitXor,
    Left,
    Right,
    Same,
    Different,
}

/// Property names of a module.
#[derive(Clone, PartialEq, Eq, Debug, Default, Serialize, Deserialize)]
pub struct Properties {
    /// Those that are to be shortened, and how often each is mentioned.
    pub wanted: BTreeMap<String, u32>,
    /// Short ones that stay: what is shortened must not become one of them.
    pub kept: BTreeSet<String>,
    /// Texts that would be shortened if they were names.
    pub quoted: BTreeSet<String>,
}

/// Everything the linker needs to know of one module.
#[derive(Clone, PartialEq, Debug, Default, Serialize, Deserialize)]
pub struct ModuleFacts {
    pub source_type: SourceType,
    /// No `import`, `export`, `require`, `module`, `exports`: could be either; treated as `source_type` says.
    pub ambiguous: bool,
    pub records: Vec<ImportRecord>,
    /// Import statements in source order (record numbers, repetitions removed): the order of evaluation.
    pub import_order: Vec<u32>,
    pub symbols: Vec<SymbolDecl>,
    pub exports: Vec<ExportDecl>,
    /// Records of `export *`.
    pub stars: Vec<u32>,
    pub parts: Vec<Part>,
    /// Literal values of never-assigned top-level constants.
    pub constants: Vec<(LocalSym, Constant)>,
    /// What other constants are calculated from.
    pub formulas: Vec<(LocalSym, Formula)>,
    /// Helpers that `scan` already knows this module's code calls.
    pub helpers: Vec<Helper>,
    /// For CommonJS: names assigned to `exports` (as far as they can be seen).
    pub cjs_exports: Vec<String>,
    /// For CommonJS: `cjs_exports` are all the names there can be.
    pub cjs_complete: bool,
    /// For CommonJS: all that is done with `exports` and `module` is in [`Part::sets`], [`Part::reads`] and `cjs_alias`.
    pub cjs_simple: bool,
    /// For CommonJS: `module.exports` is an object or a function that the module makes, or what `cjs_alias` gives.
    pub cjs_object: bool,
    /// `module.exports = require('x')`: the record.
    pub cjs_alias: Option<u32>,
    /// Variables that hold what a record of `require` gives, and nothing else; sorted.
    pub required: Vec<(LocalSym, u32)>,
    /// CommonJS with `__esModule` set.
    pub cjs_es_module: bool,
    pub top_level_await: bool,
    /// `export default` of an expression or a class: has a temporal dead zone.
    pub lexical_default: bool,
    /// What `export default name` only repeats: an own symbol that never changes, or an imported one.
    pub default_alias: Option<LocalSym>,
    /// Declared symbols, sorted, that a statement before their declaration may read when it runs; `DEFAULT` included.
    pub read_early: Vec<LocalSym>,
    /// Declared symbols, sorted, whose functions touch what outlives a call.
    pub stateful: Vec<LocalSym>,
    /// Declared functions, sorted, whose calls have no effects, provided that the imported functions that each calls
    /// have none.
    pub pure_functions: Vec<(LocalSym, Vec<LocalSym>)>,
    /// Direct `eval` or `with`: names must stay.
    pub pins_names: bool,
    /// Shaking inside of its statements changes them.
    pub shaken: bool,
    /// `"use strict"`, or an ES module.
    pub strict: bool,
    /// `#!…` line of the source, without the line end.
    pub hashbang: Option<String>,
    /// `"use client"` and its like at the start of the source, without quotes and without `use strict`.
    pub directives: Vec<String>,
    /// Only when the build shortens names of properties.
    pub properties: Properties,
    /// By number, sorted: the effects of parts, in words. Only when the build is asked what keeps each statement.
    pub effects: Vec<(u32, String)>,
}

impl Part {
    /// Bytes of source to three binary digits: what goes by them stays the same when a statement is edited a little.
    pub fn rough_bytes(&self) -> u32 {
        let step = 1 << (u32::BITS - self.bytes.leading_zeros()).saturating_sub(3);
        self.bytes.saturating_add(step / 2) / step * step
    }
}

impl ModuleFacts {
    /// Positions in the source, which only messages and source maps need, and sizes, which only splitting needs.
    fn places(&mut self) -> impl Iterator<Item = &mut u32> {
        let records = self.records.iter_mut().flat_map(|record| [&mut record.start, &mut record.end]);
        let exports = self.exports.iter_mut().flat_map(|export| [&mut export.start, &mut export.end]);
        let symbols = self.symbols.iter_mut().map(|symbol| &mut symbol.start);
        let parts = self.parts.iter_mut().flat_map(|part| [&mut part.bytes, &mut part.start]);
        records.chain(exports).chain(symbols).chain(parts)
    }

    fn put_places(&mut self, places: &[u32]) {
        self.places().zip(places).for_each(|(place, known)| *place = *known);
    }

    /// Hash of everything but positions and sizes: after most edits it is what it was before.
    pub fn shape(&mut self) -> Option<ContentHash> {
        self.encode().map(|(shape, _)| shape)
    }

    /// The shape, and all of it with the facts as bytes for [`Self::decode`].
    pub fn encode(&mut self) -> Option<(ContentHash, Vec<u8>)> {
        let places: Vec<u32> = self.places().map(std::mem::take).collect();
        let plain = postcard::to_stdvec(self);
        self.put_places(&places);
        let plain = plain.ok()?;
        let shape = ContentHash::of(&plain);
        let mut out = postcard::to_stdvec(&(shape, places)).ok()?;
        out.extend_from_slice(&plain);
        Some((shape, out))
    }

    pub fn decode(bytes: &[u8]) -> Option<(ContentHash, Self)> {
        let ((shape, places), plain) = postcard::take_from_bytes::<(ContentHash, Vec<u32>)>(bytes).ok()?;
        let mut facts: ModuleFacts = postcard::from_bytes(plain).ok()?;
        facts.put_places(&places);
        Some((shape, facts))
    }

    pub fn first_record(&self) -> LocalSym {
        sym::FIRST_HELPER + HELPERS.len() as u32
    }
    /// The namespace (import) of record `r`.
    pub fn record_namespace(&self, record: u32) -> LocalSym {
        self.first_record() + 2 * record
    }
    /// The wrapper (require) or the dynamic target (import(), new URL, worker) of record `r`.
    pub fn record_target(&self, record: u32) -> LocalSym {
        self.first_record() + 2 * record + 1
    }
    pub fn first_declared(&self) -> LocalSym {
        self.first_record() + 2 * self.records.len() as u32
    }
    /// Where a path through an imported name goes on from: see `lang/js/paths.rs`. Members of namespaces are none.
    pub fn path_base(&self, symbol: LocalSym) -> Option<LocalSym> {
        match self.declared(symbol)?.kind {
            SymbolKind::Asked { namespace, .. } => Some(namespace),
            SymbolKind::Member { namespace, .. } => {
                let base = &self.declared(namespace)?.kind;
                (!matches!(base, SymbolKind::Namespace { .. })).then_some(namespace)
            }
            _ => None,
        }
    }
    /// Records of imports without names: they are there for what they do.
    pub fn bare_imports(&self) -> Vec<u32> {
        let mut named = vec![false; self.records.len()];
        for symbol in &self.symbols {
            if let SymbolKind::Import { record, .. } | SymbolKind::Namespace { record } = symbol.kind {
                named[record as usize] = true;
            }
        }
        for export in &self.exports {
            if let ExportTarget::From { record, .. } | ExportTarget::NamespaceFrom { record } = export.target {
                named[record as usize] = true;
            }
        }
        self.stars.iter().for_each(|record| named[*record as usize] = true);
        self.import_order.iter().copied().filter(|record| !named[*record as usize]).collect()
    }
    /// How many symbols other modules may speak of.
    pub fn symbol_count(&self) -> u32 {
        self.first_declared() + self.symbols.len() as u32
    }
    /// Has a temporal dead zone.
    pub fn is_lexical(&self, symbol: LocalSym) -> bool {
        if symbol == sym::DEFAULT {
            self.lexical_default
        } else {
            self.declared(symbol).is_some_and(|found| found.lexical)
        }
    }
    pub fn declared(&self, symbol: LocalSym) -> Option<&SymbolDecl> {
        symbol.checked_sub(self.first_declared()).and_then(|at| self.symbols.get(at as usize))
    }
}
