//! Binds every imported symbol, and reports names that are not there.

use super::exports::{Exports, Resolution};
use crate::base::{IndexVec, ModuleId};
use crate::diag::{Diagnostic, Location, nearest};
use crate::lang::js::{ExportTarget, SymbolKind};
use crate::model::{ExportBinding, Loader, ModuleGraph, Target};
use rustc_hash::FxHashSet;
use std::collections::BTreeMap;

pub type Bindings = IndexVec<ModuleId, Vec<Option<ExportBinding>>>;
pub type AllExports = IndexVec<ModuleId, BTreeMap<String, ExportBinding>>;

/// One binding per declared symbol; `None` for symbols of the module's own.
pub fn bind(graph: &ModuleGraph, exports: &mut Exports<'_>, problems: &mut Vec<Diagnostic>) -> Bindings {
    graph.modules.ids().map(|module| bind_module(graph, exports, module, problems)).collect()
}

fn bind_module(
    graph: &ModuleGraph,
    exports: &mut Exports<'_>,
    id: ModuleId,
    problems: &mut Vec<Diagnostic>,
) -> Vec<Option<ExportBinding>> {
    let module = &graph.modules[id];
    let reexported = reexported_symbols(module);
    let mut out = Vec::with_capacity(module.facts.symbols.len());
    for (at, declared) in module.facts.symbols.iter().enumerate() {
        let symbol = module.facts.first_declared() + at as u32;
        if matches!(declared.kind, SymbolKind::Local) {
            out.push(None);
            continue;
        }
        let found = exports.symbol(id, symbol, &mut FxHashSet::default());
        let binding = match found {
            Resolution::Found(binding) | Resolution::Guess(binding) => binding,
            failed => {
                let typescript = matches!(module.loader, Loader::Ts | Loader::Tsx);
                // `export { Type } from`, and types that the metadata of decorators ask for by name: a single file
                // cannot tell that they are types.
                if !(typescript && (reexported.contains(&symbol) || module.parse.decorator_metadata)) {
                    report(graph, exports, id, symbol, &failed, problems);
                }
                ExportBinding::Undefined
            }
        };
        out.push(Some(binding));
    }
    out
}

fn reexported_symbols(module: &crate::model::Module) -> FxHashSet<u32> {
    let symbols = module.facts.exports.iter().filter_map(|export| match export.target {
        ExportTarget::Symbol(symbol) => Some(symbol),
        _ => None,
    });
    symbols.collect()
}

fn report(
    graph: &ModuleGraph,
    exports: &Exports<'_>,
    id: ModuleId,
    symbol: u32,
    failed: &Resolution,
    problems: &mut Vec<Diagnostic>,
) {
    let module = &graph.modules[id];
    let Some(declared) = module.facts.declared(symbol) else { return };
    let (record, name, is_member) = match &declared.kind {
        SymbolKind::Import { record, name } => (*record, name, false),
        SymbolKind::Member { namespace, name } => match module.facts.declared(*namespace).map(|found| &found.kind) {
            Some(SymbolKind::Namespace { record }) => (*record, name, true),
            _ => return,
        },
        _ => return,
    };
    let Some(Target::Module(target)) = module.targets.get(record as usize) else { return };
    let specifier = &module.facts.records[record as usize].specifier;
    let location =
        Location::span(&module.name, &module.source, declared.start, declared.start + declared.name.len() as u32);
    let names = exports.names(*target);
    let near = nearest(name, names.iter().map(String::as_str), 3);
    let target_name = &graph.modules[*target].name;
    let problem = match failed {
        Resolution::Ambiguous(a, b) => Diagnostic::error(
            "ambiguous-export",
            format!("\"{name}\" of \"{specifier}\" is ambiguous: two modules export it through \"export *\""),
        )
        .note(format!("from {} and from {}", graph.modules[*a].name, graph.modules[*b].name))
        .hint("import it from the module you mean, or re-export it by name"),
        // A file without imports and exports is what its importers take it for.
        _ if is_member || graph.modules[*target].facts.ambiguous => Diagnostic::warning(
            "import-is-undefined",
            format!("\"{name}\" is not exported by \"{specifier}\", so this is always undefined"),
        ),
        _ => Diagnostic::error("missing-export", format!("\"{name}\" is not exported by \"{specifier}\"")),
    };
    let problem = problem.at(location).note(exported_names(target_name, &names));
    problems.push(match near.first() {
        Some(near) if !matches!(failed, Resolution::Ambiguous(..)) => problem.hint(format!("did you mean \"{near}\"?")),
        None if names.iter().any(|name| name == "default") && !is_member && problem.hint.is_none() => {
            problem.hint(format!("it has a default export: import {name} from \"{specifier}\""))
        }
        _ => problem,
    });
}

fn exported_names(target: &str, names: &[String]) -> String {
    const SHOWN: usize = 12;
    match names.len() {
        0 => format!("{target} exports nothing"),
        count if count <= SHOWN => format!("{target} exports {}", names.join(", ")),
        count => format!("{target} exports {} and {} more", names[..SHOWN].join(", "), count - SHOWN),
    }
}

/// Every export name of every module and what it is bound to; names that resolve to nothing are left out.
pub fn all_exports(graph: &ModuleGraph, exports: &mut Exports<'_>) -> AllExports {
    graph
        .modules
        .ids()
        .map(|module| {
            let names = exports.names(module);
            names
                .into_iter()
                .filter_map(|name| match exports.resolve(module, &name) {
                    Resolution::Found(binding) | Resolution::Guess(binding) => Some((name, binding)),
                    _ => None,
                })
                .collect()
        })
        .collect()
}
