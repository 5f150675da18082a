//! Made by `link`. Read by `split`, `script`, `style`, `report`.

use crate::base::{IndexVec, ModuleId};
use crate::lang::js::{Constant, Helper, LocalSym};
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

/// A symbol of a module.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Debug, Serialize, Deserialize)]
pub struct SymbolRef {
    pub module: ModuleId,
    pub symbol: LocalSym,
}

/// How a module's code stands in its chunk.
#[derive(Clone, Copy, PartialEq, Eq, Hash, Debug, Default, Serialize, Deserialize)]
pub enum Wrap {
    /// Statements at the top level of the chunk.
    #[default]
    None,
    /// `var require_x = __commonJS(function (exports, module) { … })`
    CommonJs,
    /// `function init_x() { … }`, declarations hoisted out of it.
    Esm,
}

/// What an imported or re-exported name is bound to.
#[derive(Clone, PartialEq, Debug, Serialize, Deserialize)]
pub enum ExportBinding {
    /// The symbol that declares it.
    Symbol(SymbolRef),
    /// The namespace object of a module.
    Namespace(ModuleId),
    /// `ns.name` of a CommonJS module as seen by `import`.
    CommonJs(CjsBinding),
    /// A name of an external module: `name` is `*` for its namespace.
    External { specifier: String, name: String },
    /// A property of a namespace, asked for at run time.
    Property { object: Box<ExportBinding>, name: String },
    /// What a namespace has or does not have.
    Literal(Constant),
    /// Known to be `undefined` (disabled module, missing name that is only a warning).
    Undefined,
}

#[derive(Clone, Debug, Serialize, Deserialize)]
pub struct CjsBinding {
    pub module: ModuleId,
    /// The import through which the CommonJS module is reached: a lazily evaluated importer keeps its own view of it.
    pub via: (ModuleId, u32),
    /// Node's interop rule, by the importer's type.
    pub node: bool,
    pub name: String,
    /// `module.exports` is all that it takes: the name is a property of it, or itself.
    pub raw: bool,
}

/// The same name of the same module, by whatever way.
impl PartialEq for CjsBinding {
    fn eq(&self, other: &Self) -> bool {
        self.module == other.module && self.node == other.node && self.name == other.name
    }
}

impl ExportBinding {
    /// What has to be there for the binding: itself, or the object that it is a property of.
    pub fn base(&self) -> &ExportBinding {
        match self {
            ExportBinding::Property { object, .. } => object.base(),
            other => other,
        }
    }
}

/// One module after linking.
#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct ModuleLink {
    pub wrap: Wrap,
    /// Anything of it is in the output.
    pub included: bool,
    /// By part number.
    pub live_parts: Vec<bool>,
    /// By part number: it does something by itself.
    pub acts: Vec<bool>,
    /// By (symbol - first_declared): what each imported symbol and namespace member is bound to.
    #[serde(with = "super::shared")]
    pub bindings: Arc<[Option<ExportBinding>]>,
    /// Imported symbols and namespace members that live code mentions, sorted.
    pub mentioned: Vec<LocalSym>,
    /// Literals to be put in place of imported symbols, sorted by symbol.
    pub constants: Vec<(LocalSym, Constant)>,
    /// Every name this module exports, with `export *` followed; empty unless its namespace is needed or its exports
    /// are those of a chunk.
    #[serde(with = "super::shared")]
    pub exports: Arc<BTreeMap<String, ExportBinding>>,
    /// `export *` from CommonJS or externals: their names are only known at run time.
    pub dynamic_stars: Vec<u32>,
    /// Names that those must not bring: something else does, too.
    pub contested: Vec<String>,
    /// The namespace object is needed as a value.
    pub needs_namespace: bool,
    /// It is written out where it is made, without a helper.
    pub plain_namespace: bool,
    /// `__toESM(require_x())` and `__toESM(require_x(), 1)` are needed beside the module.
    pub needs_interop: bool,
    pub needs_interop_node: bool,
    /// `require_x()` is needed beside the module.
    pub needs_raw: bool,
    /// Somebody may look at those before the module is called in its place.
    pub late: bool,
    /// Records, sorted, of CommonJS modules whose views, made by this module, others may read before.
    pub late_records: Vec<u32>,
    /// Position in the order of evaluation over all entries; `u32::MAX` when not included.
    pub order: u32,
    /// Wrapped, and called in its place in the order of evaluation; its importers need not call it.
    pub eager: bool,
    /// Symbols, sorted, that have a temporal dead zone although the module is a function: others in its circle of imports
    /// mention them, or it reads them itself before they are declared.
    pub marked: Vec<LocalSym>,
    /// Imported symbols, sorted, that may be marked when the module is evaluated.
    pub checked: Vec<LocalSym>,
    /// It is in a circle of imports: others may look at its names too early.
    pub in_circle: bool,
    /// Some module of a circle of imports, which may be evaluated before this one, mentions its names.
    pub seen_early: bool,
    /// Number of the circle of imports among wrapped ES modules that it is in; 0 for none.
    pub circle: u32,
    /// Own top-level await, or that of a static dependency.
    pub asynchronous: bool,
    /// Asynchronous, and started in its place without being waited for there.
    pub concurrent: bool,
    /// Included modules that must be there when this one runs: imported, required, or whose bindings it mentions; in
    /// order of evaluation, then by number.
    pub dependencies: Vec<ModuleId>,
    /// Included modules that live code of this one loads with `import()`: (record, module).
    pub dynamic: Vec<(u32, ModuleId)>,
    /// Worker entries that live code starts: (record, entry).
    pub workers: Vec<(u32, usize)>,
    /// Helpers that this module's code and glue call, sorted.
    pub helpers: Vec<Helper>,
}

/// How modules depart from the plain arrangement because the order of evaluation demands it. Only ever grows.
#[derive(Clone, PartialEq, Eq, Debug, Default)]
pub struct Repairs {
    /// ES modules that are wrapped though nothing requires them.
    pub wrapped: BTreeSet<ModuleId>,
    /// Wrapped modules that are not called in their place in the chunk, only by their importers.
    pub deferred: BTreeSet<ModuleId>,
}

#[derive(Clone, Debug, Default, Serialize, Deserialize)]
pub struct Linked {
    pub modules: IndexVec<ModuleId, ModuleLink>,
    /// Included modules in order of evaluation.
    pub order: Vec<ModuleId>,
    /// External specifiers, each with its place in the order in which the language evaluates them.
    pub externals: BTreeMap<String, u32>,
    /// Entries whose module is in the output (workers only when something starts them), in order.
    pub entries: Vec<usize>,
    /// Why everything lives, when somebody asks: then nothing is remembered.
    #[serde(skip)]
    pub marks: Option<Box<super::Marks>>,
}

impl Linked {
    /// `importer` calls the CommonJS module `target` itself and keeps the result, instead of reading what the call in
    /// its place left.
    /// The binding is read from `module.exports` beside the module.
    pub fn is_raw(&self, binding: &CjsBinding) -> bool {
        binding.raw && !self.own_view(binding.via.0, binding.module) && !self.modules[binding.module].late
    }

    /// The property of the view through which the binding is read, if it is one.
    pub fn property<'b>(&self, binding: &'b CjsBinding) -> Option<&'b str> {
        let itself = binding.name == "*" || binding.name == "default" && self.is_raw(binding);
        (!itself).then_some(binding.name.as_str())
    }

    pub fn own_view(&self, importer: ModuleId, target: ModuleId) -> bool {
        self.modules[importer].wrap == Wrap::Esm || !self.modules[target].eager
    }
}
