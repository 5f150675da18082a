//! JavaScript, TypeScript and JSX, one module at a time. The only home of swc: no type of it leaves.

mod apply;
mod compile;
mod declared;
mod define;
mod early;
mod facts;
mod fold;
mod lower;
mod names;
mod numbering;
mod object;
mod parse;
mod plan;
mod print;
mod purity;
mod rewrite;
mod scan;
mod scopes;
mod sensitivity;
mod wrap;

pub use compile::compile;
pub use define::is_expression;
pub use plan::{BindingPlan, CompilePlan, ImportCall, ModuleWrap, RecordPlan};
pub use scan::scan;

pub use facts::{
    Constant, ExportDecl, ExportTarget, HELPERS, Helper, ImportKind, ImportRecord, LocalSym, ModuleFacts, Part,
    SourceType, SymbolDecl, SymbolKind, sym,
};
pub use object::{Hole, HoleKind, Mapping, ModuleObject, Scope};

/// How one file is read: everything about it that `scan` and `compile` must agree on. Part of every cache key.
#[derive(Clone, PartialEq, Eq, Hash, Debug, serde::Serialize)]
pub struct ParseOptions {
    pub typescript: bool,
    pub jsx: bool,
    /// What the file name or the nearest package.json says: `.mjs`/`.mts`/`"type": "module"` → `Some(Esm)`,
    /// `.cjs`/`.cts` → `Some(CommonJs)`.
    pub source_type: Option<SourceTypeHint>,
    pub jsx_mode: JsxRuntime,
    pub jsx_dev: bool,
    pub jsx_import_source: Option<String>,
    pub jsx_factory: Option<String>,
    pub jsx_fragment: Option<String>,
    /// tsconfig `useDefineForClassFields` (or its default by target).
    pub define_class_fields: bool,
    /// tsconfig `experimentalDecorators`.
    pub legacy_decorators: bool,
    /// tsconfig `emitDecoratorMetadata`.
    pub decorator_metadata: bool,
    /// tsconfig `verbatimModuleSyntax` / `preserveValueImports`.
    pub verbatim_module_syntax: bool,
    /// Part of a package: tsconfig of the project does not apply.
    pub in_package: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize)]
pub enum SourceTypeHint {
    Esm,
    CommonJs,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize)]
pub enum JsxRuntime {
    Automatic,
    Classic,
    Preserve,
}

impl Default for ParseOptions {
    fn default() -> Self {
        ParseOptions {
            typescript: false,
            jsx: false,
            source_type: None,
            jsx_mode: JsxRuntime::Automatic,
            jsx_dev: false,
            jsx_import_source: None,
            jsx_factory: None,
            jsx_fragment: None,
            define_class_fields: true,
            legacy_decorators: false,
            decorator_metadata: false,
            verbatim_module_syntax: false,
            in_package: false,
        }
    }
}

/// What is the same for every script of a build.
#[derive(Clone, PartialEq, Eq, Hash, Debug, Default, serde::Serialize)]
pub struct LanguageOptions {
    /// Dotted name → JavaScript expression. `process.env.NODE_ENV` and `import.meta.env.*` are in here.
    pub define: std::collections::BTreeMap<String, String>,
    pub drop_console: bool,
    pub drop_debugger: bool,
    pub pure: Vec<String>,
    pub ignore_annotations: bool,
    pub keep_names: bool,
    pub target: crate::lang::LanguageTarget,
    /// Compress (per module), and print without white space.
    pub compress: bool,
    pub minify_whitespace: bool,
    /// Record positions for a source map.
    pub source_map: bool,
    /// Keep legal comments in objects.
    pub legal_comments: bool,
    pub tree_shaking: bool,
    /// `browser` output: `typeof window` and the like are not folded, but `require` has no meaning there.
    pub node: bool,
}

/// Source of the runtime helpers: an ES module like any other, module 0 of every graph.
pub const RUNTIME_NAME: &str = "plimsoll:runtime";
pub const RUNTIME_SOURCE: &str = include_str!("runtime.js");
