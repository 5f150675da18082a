//! What the linker decided about one module, as far as its code is concerned. Part of the key of its object.

use super::facts::{Constant, LocalSym};

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, serde::Serialize)]
pub enum ModuleWrap {
    #[default]
    None,
    CommonJs,
    /// `waits`: with top-level await of its own, not only that of what it imports. `circle`: modules with the same number
    /// have their errors in common; 0 for none.
    Esm {
        asynchronous: bool,
        waits: bool,
        circle: u32,
    },
}

/// What an import statement does in the place of the importer, in order of evaluation.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize)]
pub enum ImportCall {
    /// `init_x();`
    Init { record: u32, asynchronous: bool },
    /// `require_x();`
    Require { record: u32 },
    /// `var import_x = __toESM(require_x());`
    Interop { record: u32, node: bool },
    /// `__reExport(exports, import_x);`, with a third argument for the last one.
    Star { record: u32, last: bool },
}

/// What a mention of an imported name becomes. Names without an entry are holes.
#[derive(Clone, PartialEq, Debug, serde::Serialize)]
pub enum BindingPlan {
    /// `import_x.name`: the symbol itself stands for `import_x`.
    Member {
        name: String,
        /// Of what is not in the build.
        foreign: bool,
    },
    Constant(Constant),
}

/// The name under which a chunk exports the namespace object of the module that it was made for.
pub const NAMESPACE_EXPORT: &str = "$";

/// The same for CommonJS as modules see it that do not follow Node's rule.
pub const INTEROP_EXPORT: &str = "$$";

/// What the site of a record becomes.
#[derive(Clone, PartialEq, Eq, Debug, Default, serde::Serialize)]
pub enum RecordPlan {
    /// An import statement, or not reached.
    #[default]
    None,
    /// `require_x()`
    RequireCommonJs,
    /// `(init_x(), __toCommonJS(x_exports))`
    RequireEsm {
        wrapped: bool,
    },
    /// `(init_x(), x_default)`: JSON.
    RequireDefault {
        wrapped: bool,
    },
    /// `{}`
    RequireDisabled,
    /// `require("x")`, through the helper when the format has no `require`.
    RequireExternal {
        specifier: String,
        helper: bool,
    },
    /// `import("./chunk.js")`; `namespace`: the export that is the namespace object, if it is not the chunk's own.
    DynamicChunk {
        preload: bool,
        namespace: Option<&'static str>,
    },
    /// `Promise.resolve().then(() => (init_x(), x_exports))`
    DynamicEsm {
        wrapped: bool,
        asynchronous: bool,
    },
    /// `__import(require_x)`; with `chunk`, which is loaded then, `Promise.resolve().then(() => __toESM(require_x()))`
    DynamicCommonJs {
        node: bool,
        chunk: bool,
    },
    DynamicDisabled,
    DynamicExternal {
        specifier: String,
    },
    /// A string literal in the place of the marker.
    Url,
    /// Kept as text.
    ResolveExternal {
        specifier: String,
    },
    /// `require.resolve("x")`, through the helper when the format has no `require`.
    ResolveRequire {
        specifier: String,
        helper: bool,
    },
}

/// Everything `compile` needs beyond the source and the language options.
#[derive(Clone, PartialEq, Debug, Default, serde::Serialize)]
pub struct CompilePlan {
    pub wrap: ModuleWrap,
    /// In a circle of imports: others may look at its names too early.
    pub in_circle: bool,
    /// As [`super::ModuleFacts::shaken`].
    pub shaken: bool,
    /// By part number.
    pub live_parts: Vec<bool>,
    pub imports: Vec<ImportCall>,
    /// Sorted by symbol.
    pub bindings: Vec<(LocalSym, BindingPlan)>,
    /// Paths, sorted, that stand for what a namespace exports.
    pub paths: Vec<LocalSym>,
    /// By record number.
    pub records: Vec<RecordPlan>,
    /// Symbols of this module that others mention, sorted.
    pub keep: Vec<LocalSym>,
    /// Own symbols, sorted, that are marked as not yet initialized until they are.
    pub marked: Vec<LocalSym>,
    /// Records, sorted, of CommonJS modules whose views others may read before this module has made them.
    pub late: Vec<u32>,
    /// Names, sorted, that `__reExport` must not bring beside `default`.
    pub contested: Vec<String>,
    /// Imported symbols, sorted, that are looked at before they are read while the module is evaluated: they may be
    /// marked.
    pub checked: Vec<LocalSym>,
    /// A free `require` becomes the helper.
    pub require_helper: bool,
    /// What `require.main === module` is; `None`: it is asked at run time.
    pub is_main: Option<bool>,
    /// The output is an ES module, so that sloppy directives and `"use strict"` mean nothing.
    pub strict_output: bool,
}
