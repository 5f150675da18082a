//! What a symbol of a module really is: the one symbol of the one module that declares it, or a name of an external.

use super::Context;
use crate::base::ModuleId;
use crate::config::Format;
use crate::lang::js::{Helper, ImportKind, LocalSym, sym};
use crate::model::{CjsBinding, ExportBinding, Loader, SymbolRef, Target, Wrap};
use std::collections::BTreeMap;

/// Names of external modules get numbers, under a module of their own.
pub const EXTERNAL: ModuleId = ModuleId(u32::MAX);

/// Every (specifier, name) that the build mentions. `*` is the namespace; `*cjs` and `*cjs-node` are the namespace as
/// formats without `import` see it.
pub struct Externals {
    pub names: Vec<(String, String)>,
    index: BTreeMap<(String, String), u32>,
}

impl Externals {
    pub fn new(context: &Context<'_>) -> Self {
        let mut index = BTreeMap::new();
        for (id, link) in context.linked.modules.iter_ids().filter(|(_, link)| link.included) {
            let module = &context.graph.modules[id];
            let node = module.node_esm;
            for target in &module.targets {
                if let Target::External(specifier) = target {
                    index.insert((specifier.clone(), namespace_name(context, node).to_string()), 0);
                }
            }
            for binding in link.bindings.iter().flatten().chain(link.exports.values()) {
                if let ExportBinding::External { specifier, name } = binding.base() {
                    index.insert((specifier.clone(), external_name(context, name, node)), 0);
                }
            }
        }
        let names: Vec<(String, String)> = index.keys().cloned().collect();
        for (at, number) in index.values_mut().enumerate() {
            *number = at as u32;
        }
        Externals { names, index }
    }

    pub fn symbol(&self, specifier: &str, name: &str) -> Option<SymbolRef> {
        let number = self.index.get(&(specifier.to_string(), name.to_string()))?;
        Some(SymbolRef { module: EXTERNAL, symbol: *number })
    }
}

fn namespace_name(context: &Context<'_>, node: bool) -> &'static str {
    match (context.options.format, node) {
        (Format::Esm, _) => "*",
        (_, false) => "*cjs",
        (_, true) => "*cjs-node",
    }
}

fn external_name(context: &Context<'_>, name: &str, node: bool) -> String {
    if context.options.format == Format::Esm { name.to_string() } else { namespace_name(context, node).to_string() }
}

/// What is written at a hole.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Canon {
    Symbol(SymbolRef),
    /// The URL of what the record leads to, as a string literal.
    Url(u32),
    /// What to preload with the record's chunk, as an array literal.
    Deps(u32),
    /// Of a chunk that is loaded where it is mentioned.
    Lazy(SymbolRef),
    /// The URL of the module's own asset, as an expression.
    Asset,
    /// Nothing is known of it: `undefined`.
    Nothing,
}

/// The meaning of symbol `symbol` of module `id`. Only for numbers below `symbol_count`.
pub fn canon(context: &Context<'_>, externals: &Externals, id: ModuleId, symbol: LocalSym) -> Canon {
    let facts = &context.graph.modules[id].facts;
    let own = Canon::Symbol(SymbolRef { module: id, symbol });
    if symbol == sym::ASSET {
        return Canon::Asset;
    }
    if symbol < sym::FIRST_HELPER {
        return own;
    }
    if symbol < facts.first_record() {
        let helper = Helper((symbol - sym::FIRST_HELPER) as u8);
        let found = context.graph.runtime.zip(context.graph.helper_symbol(helper));
        return found.map_or(Canon::Nothing, |(module, symbol)| Canon::Symbol(SymbolRef { module, symbol }));
    }
    if symbol < facts.first_declared() {
        let record = (symbol - facts.first_record()) / 2;
        let is_target = (symbol - facts.first_record()) % 2 == 1;
        return record_symbol(context, externals, id, record, is_target);
    }
    match context.linked.modules[id].bindings.get((symbol - facts.first_declared()) as usize) {
        Some(Some(binding)) => self::binding(context, externals, id, binding).map_or(Canon::Nothing, Canon::Symbol),
        _ => own,
    }
}

fn record_symbol(context: &Context<'_>, externals: &Externals, id: ModuleId, record: u32, is_target: bool) -> Canon {
    let module = &context.graph.modules[id];
    let kind = module.facts.records[record as usize].kind;
    match &module.targets[record as usize] {
        Target::Module(target) => {
            let link = &context.linked.modules[*target];
            let dynamic = kind == ImportKind::Dynamic;
            if dynamic && context.options.imports_chunks() {
                return if is_target { Canon::Url(record) } else { Canon::Deps(record) };
            }
            let symbol = match (is_target, link.wrap) {
                (true, _) => sym::WRAPPER,
                (false, Wrap::CommonJs) if context.linked.own_view(id, *target) => {
                    return Canon::Symbol(SymbolRef { module: id, symbol: module.facts.record_namespace(record) });
                }
                (false, Wrap::CommonJs) => interop(module.node_esm),
                (false, _) if kind == ImportKind::Require && context.graph.modules[*target].loader == Loader::Json => {
                    sym::DEFAULT
                }
                (false, _) => sym::NAMESPACE,
            };
            let symbol = SymbolRef { module: *target, symbol };
            if dynamic && context.options.splits() { Canon::Lazy(symbol) } else { Canon::Symbol(symbol) }
        }
        Target::External(specifier) => {
            externals.symbol(specifier, namespace_name(context, module.node_esm)).map_or(Canon::Nothing, Canon::Symbol)
        }
        _ if is_target => Canon::Url(record),
        _ => Canon::Nothing,
    }
}

pub fn interop(node: bool) -> LocalSym {
    if node { sym::INTEROP_NODE } else { sym::INTEROP }
}

/// The symbol that a binding is read from: for CommonJS and, in some formats, externals an object that has it.
pub fn binding(
    context: &Context<'_>,
    externals: &Externals,
    id: ModuleId,
    binding: &ExportBinding,
) -> Option<SymbolRef> {
    match binding {
        ExportBinding::Symbol(target) => Some(*target),
        ExportBinding::Namespace(module) => Some(SymbolRef { module: *module, symbol: sym::NAMESPACE }),
        ExportBinding::CommonJs(found @ CjsBinding { module, via, node, .. }) => {
            if context.linked.own_view(via.0, *module) {
                let symbol = context.graph.modules[via.0].facts.record_namespace(via.1);
                return Some(SymbolRef { module: via.0, symbol });
            }
            let symbol = if context.linked.is_raw(found) { sym::RAW } else { interop(*node) };
            Some(SymbolRef { module: *module, symbol })
        }
        ExportBinding::External { specifier, name } => {
            externals.symbol(specifier, &external_name(context, name, context.graph.modules[id].node_esm))
        }
        ExportBinding::Property { object, .. } => self::binding(context, externals, id, object),
        ExportBinding::Literal(_) | ExportBinding::Undefined => None,
    }
}
