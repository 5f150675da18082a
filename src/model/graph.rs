//! Made by `graph`. Read by every stage after it.

use super::SymbolRef;
use crate::base::{AssetId, ContentHash, IndexVec, ModuleId, PageId, StyleId};
use crate::lang::js::{Constant, ExportTarget, HELPERS, Helper, KeptTree, LocalSym};
use crate::lang::{css::CssFacts, html::HtmlFacts, js::ModuleFacts, js::ParseOptions};
use serde::{Deserialize, Serialize};
use std::path::PathBuf;
use std::sync::Arc;

/// Every file the build reaches, and what each mention leads to. Ids are given in an order that depends only on the
/// files (breadth first from the entries, references in source order), never on which thread was first.
#[derive(Debug, Default, Serialize, Deserialize)]
pub struct ModuleGraph {
    pub modules: IndexVec<ModuleId, Module>,
    pub styles: IndexVec<StyleId, Style>,
    pub assets: IndexVec<AssetId, Asset>,
    pub pages: IndexVec<PageId, Page>,
    /// Script entries: those of the command line, of the pages, and of workers, in that order.
    pub entries: Vec<Entry>,
    /// The module of the runtime helpers. Always module 0.
    pub runtime: Option<ModuleId>,
    /// Modules of `--inject`: every entry evaluates them first.
    pub injected: Vec<ModuleId>,
    /// What those export, each name with the number of its file: free names in other modules are bound to them.
    pub injected_names: Vec<(String, u32)>,
    /// `--mangle-cache`: property names and what they became in earlier builds; `None`: they stay.
    pub kept_names: std::collections::BTreeMap<String, Option<String>>,
    /// Every file whose content or absence the build depended on, sorted: what `watch` watches.
    pub watched: Vec<PathBuf>,
}

impl ModuleGraph {
    /// The runtime module's symbol for a helper.
    pub fn helper_symbol(&self, helper: Helper) -> Option<LocalSym> {
        let runtime = &self.modules[self.runtime?];
        let name = HELPERS[helper.0 as usize];
        runtime.facts.exports.iter().find_map(|export| match export.target {
            ExportTarget::Symbol(symbol) if export.name == name => Some(symbol),
            _ => None,
        })
    }

    /// The literal that a symbol always is.
    pub fn constant(&self, target: SymbolRef) -> Option<&Constant> {
        let constants = &self.modules[target.module].facts.constants;
        constants.iter().rfind(|(symbol, _)| *symbol == target.symbol).map(|(_, value)| value)
    }
}

/// How a file's bytes become a script module.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum Loader {
    Js,
    Jsx,
    Ts,
    Tsx,
    Json,
    Css,
    /// A CSS module.
    LocalCss,
    /// The compiled text of a sheet; of a CSS module if true.
    CssText(bool),
    /// A sheet as an object for `adoptedStyleSheets`.
    CssSheet,
    Text,
    Base64,
    DataUrl,
    /// Copied to the output under a hashed name; the module exports the URL.
    File,
    /// Copied; the import statement itself is rewritten to the copy.
    Copy,
    /// The bytes as a `Uint8Array`.
    Binary,
    Empty,
}

/// The npm package a file belongs to.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct Package {
    pub name: String,
    pub version: String,
}

/// A script module. Styles and assets that scripts import are modules too: virtual ones whose source is made.
#[derive(Debug, Serialize, Deserialize)]
pub struct Module {
    /// Stable name: the path relative to the project root with `/`, plus `?query`; `plimsoll:…` for virtual ones.
    pub name: String,
    pub path: PathBuf,
    pub loader: Loader,
    /// The script text that was scanned: the file's own, or made from it (JSON, CSS module, asset URL).
    #[serde(with = "super::shared::text")]
    pub source: Arc<str>,
    pub source_hash: ContentHash,
    /// True when `source` is the file's own text (source maps point into it).
    pub source_is_file: bool,
    #[serde(with = "super::shared")]
    pub facts: Arc<ModuleFacts>,
    /// What was kept of reading it, for `compile`.
    #[serde(skip)]
    pub tree: KeptTree,
    /// [`ModuleFacts::shape`], where builds are remembered.
    pub shape: Option<ContentHash>,
    /// How `source` was read: `compile` must read it the same way.
    pub parse: ParseOptions,
    /// One per record of `facts.records`.
    pub targets: Vec<Target>,
    /// The style sheet that loading this module applies.
    pub style: Option<StyleId>,
    /// The asset whose URL this module exports.
    pub asset: Option<AssetId>,
    /// `sideEffects` of its package.json allows dropping the module when nothing of it is used.
    pub side_effects: bool,
    /// Imports of CommonJS follow Node's rule (`default` is `module.exports`): `.mjs`, `.mts`, `"type": "module"`.
    pub node_esm: bool,
    pub package: Option<Package>,
    /// Who asked first: the shortest way back to an entry.
    pub origin: Origin,
}

impl Module {
    /// Said to be free of effects by its package, it still has some, which happen once anything of it is used.
    pub fn acts_when_used(&self) -> bool {
        !self.side_effects && self.facts.parts.iter().any(|part| part.side_effects)
    }
}

impl Module {
    /// Of the runtime or of lowered code: functions that may be there before anything runs.
    pub fn is_helper(&self) -> bool {
        self.name == crate::lang::js::RUNTIME_NAME || self.name.starts_with(crate::lang::js::HELPER_MODULE)
    }
}

/// Why something is in the graph.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Origin {
    Entry,
    /// Record number in that module.
    Module(ModuleId, u32),
    Style(StyleId),
    Page(PageId),
}

/// What a mention leads to.
#[derive(Clone, PartialEq, Eq, Debug, Serialize, Deserialize)]
pub enum Target {
    Module(ModuleId),
    Style(StyleId),
    Asset(AssetId),
    /// An entry of its own (worker, or `import()` of nothing else): index into [`ModuleGraph::entries`].
    Worker(usize),
    Page(PageId),
    /// Left as it is in the output.
    External(String),
    /// `"browser": { "x": false }`: an empty module.
    Disabled,
    /// Could not be found and may fail at run time (guarded), or was reported.
    Unresolved,
    /// Not looked for: nothing that comes through it is used, and the importer says that it has no effects.
    Unasked,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Style {
    /// As [`Module::name`].
    pub name: String,
    pub path: PathBuf,
    #[serde(with = "super::shared::text")]
    pub source: Arc<str>,
    pub source_hash: ContentHash,
    /// A file of its own, and no part of a page or a `data:` URL.
    pub is_file: bool,
    /// The text of the file, where `source` is another: values of CSS modules are put in place.
    pub written: Option<String>,
    /// A CSS module.
    pub local: bool,
    #[serde(with = "super::shared")]
    pub facts: Arc<CssFacts>,
    /// One per `facts.imports`.
    pub imports: Vec<Target>,
    /// One per `facts.urls`.
    pub urls: Vec<Target>,
    pub package: Option<Package>,
    pub origin: Origin,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum AssetKind {
    Png,
    Jpeg,
    Gif,
    Svg,
    Webp,
    Avif,
    Ico,
    Font,
    Media,
    /// A web app manifest: its references were resolved, see [`Asset::references`].
    WebManifest,
    Wasm,
    Other,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Asset {
    /// As [`Module::name`].
    pub name: String,
    pub path: PathBuf,
    pub kind: AssetKind,
    #[serde(with = "super::shared::bytes")]
    pub bytes: Arc<[u8]>,
    pub hash: ContentHash,
    /// Web app manifest: JSON pointers of its icon and screenshot URLs and what they lead to.
    pub references: Vec<(String, Target)>,
    /// Keeps its own name (loader `copy`, files of `--public-dir`): path inside the output directory.
    pub fixed_name: Option<String>,
    pub package: Option<Package>,
    pub origin: Origin,
}

#[derive(Debug, Serialize, Deserialize)]
pub struct Page {
    /// As [`Module::name`].
    pub name: String,
    pub path: PathBuf,
    /// Path inside the output directory: `index.html`, `admin/index.html`.
    pub output: String,
    #[serde(with = "super::shared::text")]
    pub source: Arc<str>,
    #[serde(with = "super::shared")]
    pub facts: Arc<HtmlFacts>,
    /// One per `facts.refs`. Module scripts lead to `Target::Module` of an entry.
    pub targets: Vec<Target>,
}

#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Serialize, Deserialize)]
pub enum EntryKind {
    /// Named on the command line: its exports are the output's exports.
    User,
    /// A module script of a page.
    Page(PageId),
    /// A worker; `module` for `{type: 'module'}`.
    Worker { module: bool },
    /// A service worker: its file keeps its name from build to build, since the browser knows it by that.
    ServiceWorker,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct Entry {
    pub module: ModuleId,
    pub kind: EntryKind,
    /// Output path without extension, before templates: `main`, `admin/app`.
    pub name: String,
}
