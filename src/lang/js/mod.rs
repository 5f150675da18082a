//! JavaScript, TypeScript and JSX, one module at a time. The only home of swc: no type of it leaves.

mod aliases;
mod apply;
mod arrows;
mod awaited;
mod blame;
mod block_functions;
mod calculate;
mod classes;
mod commonjs;
mod compile;
mod constants;
mod declared;
mod decorators;
mod define;
mod draft;
mod eager;
mod early;
mod equals;
mod facts;
mod fold;
mod formulas;
mod forwards;
mod functions;
mod glob;
mod guard;
mod hoisted;
mod ids;
mod kept;
mod lower;
mod lowered;
mod mangle;
mod meta;
mod name_reads;
mod names;
mod namespaces;
mod notes;
mod numbering;
mod object;
mod object_rest;
mod parse;
mod paths;
mod plan;
mod print;
mod purity;
mod repeated;
mod rewrite;
mod scan;
mod scopes;
mod sensitivity;
mod shake;
mod sloppy;
mod touches;
mod tree;
mod unsupported;
mod whole;
mod wrap;

pub use compile::compile;
pub use define::is_expression;
pub use glob::{GLOB_PREFIX, Glob, GlobKind};
pub use kept::KeptTree;
pub use lowered::{HELPER_MODULE, helper_module};
pub use plan::{BindingPlan, CompilePlan, INTEROP_EXPORT, ImportCall, ModuleWrap, NAMESPACE_EXPORT, RecordPlan};
pub use scan::{scan, scan_and_keep};
pub use whole::{Whole, compress_whole};

pub use facts::{
    Constant, ExportDecl, ExportTarget, Formula, HELPERS, Helper, ImportKind, ImportRecord, LocalSym, ModuleFacts,
    Part, SourceType, SymbolDecl, SymbolKind, sym,
};
pub use object::{Hole, HoleKind, Mapping, ModuleObject, Scope, shorthand_key};

/// How one file is read: everything about it that `scan` and `compile` must agree on. Part of every cache key.
#[derive(Clone, PartialEq, Eq, Hash, Debug, serde::Serialize, serde::Deserialize)]
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
    /// Free names that `--inject` files export are bound to them: not in those files and the runtime.
    pub injected: bool,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize, serde::Deserialize)]
pub enum SourceTypeHint {
    Esm,
    CommonJs,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, serde::Serialize, serde::Deserialize)]
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
            injected: false,
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
    /// Once more, for what the first time has made possible.
    pub thorough: bool,
    pub minify_whitespace: bool,
    /// Record positions for a source map.
    pub source_map: bool,
    /// Keep legal comments in objects.
    pub legal_comments: bool,
    pub tree_shaking: bool,
    /// Statements of ES modules are shaken inside.
    pub shake_inside: bool,
    /// `browser` output: `typeof window` and the like are not folded, but `require` has no meaning there.
    pub node: bool,
    /// What `import.meta` becomes.
    pub import_meta: ImportMeta,
    /// Exports of `--inject` files: name and number of the file, sorted, each name once.
    pub inject: Vec<(String, u32)>,
    /// Which property names are to be shortened.
    pub mangle: Option<MangleOptions>,
    /// Say what the effect of each statement is that has one.
    pub explain: bool,
}

/// Regular expressions of the property names that are shortened, and of those that are not.
#[derive(Clone, PartialEq, Eq, Hash, Debug, serde::Serialize)]
pub struct MangleOptions {
    pub props: String,
    pub reserve: Option<String>,
    /// Quoted ones too.
    pub quoted: bool,
}

/// What `import.meta` and the names of a CommonJS module's file become in an output.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, serde::Serialize)]
pub enum ImportMeta {
    /// An ES module: stays as it is.
    #[default]
    Native,
    /// An ES module in Node: `__filename` is `import.meta.filename`.
    NodeModule,
    /// CommonJS in Node: `import.meta.url` is made from `__filename`.
    NodeScript,
    /// A script: the address of the script that is running.
    Script,
}

/// What imports an `--inject` file by its number: no file can be named so.
pub const INJECT_PREFIX: &str = "plimsoll:inject:";

/// Source of the runtime helpers: an ES module like any other, module 0 of every graph.
pub const RUNTIME_NAME: &str = "plimsoll:runtime";
const RUNTIME: &str = concat!(include_str!("runtime.js"), include_str!("runtime_require.js"));
const RUNTIME_NODE: &str = concat!(include_str!("runtime.js"), include_str!("runtime_require_node.js"));

/// The source of the runtime. `node_esm`: for ES modules in Node, where `require` has to be made. `sheets_last`: style
/// sheets of pages stand at the end of the body, and those that are loaded later behind them.
pub fn runtime_source(node_esm: bool, sheets_last: bool) -> std::borrow::Cow<'static, str> {
    let source = if node_esm { RUNTIME_NODE } else { RUNTIME };
    if sheets_last {
        source.replace(PLACE, "(document.body || document.head).appendChild").into()
    } else {
        source.into()
    }
}

/// How the runtime puts a link where it belongs.
const PLACE: &str = "document.head.appendChild";

#[cfg(test)]
mod tests {
    #[test]
    fn sheets_that_are_loaded_later_can_be_put_last() {
        for node_esm in [false, true] {
            assert_ne!(super::runtime_source(node_esm, true), super::runtime_source(node_esm, false));
        }
    }
}
