//! Which modules must run lazily, inside a function of their own.

use super::acts::Acts;
use crate::base::{IndexVec, ModuleId};
use crate::config::Options;
use crate::lang::js::{ExportTarget, ImportKind, LocalSym, SourceType, SymbolDecl, SymbolKind};
use crate::model::{Loader, Module, ModuleGraph, Repairs, Target, Wrap};

/// By module: it is CommonJS. A file without module syntax of either kind is, when something requires it.
pub fn common_js(graph: &ModuleGraph) -> IndexVec<ModuleId, bool> {
    let mut out: IndexVec<ModuleId, bool> =
        graph.modules.iter().map(|module| module.facts.source_type == SourceType::CommonJs).collect();
    for (record, target) in edges(graph) {
        if record == ImportKind::Require && graph.modules[target].facts.ambiguous {
            out[target] = graph.modules[target].loader != Loader::Json;
        }
    }
    for module in graph.modules.iter() {
        for record in wanted_whole(module) {
            if let Target::Module(target) = module.targets[record as usize]
                && graph.modules[target].facts.ambiguous
            {
                out[target] = true;
            }
        }
    }
    out
}

/// Records whose default export or namespace the module imports: without module syntax, that is `module.exports`.
fn wanted_whole(module: &Module) -> impl Iterator<Item = u32> + '_ {
    let imported = module.facts.symbols.iter().filter_map(|symbol| match &symbol.kind {
        SymbolKind::Import { record, name } if name == "default" => Some(*record),
        _ => None,
    });
    let spaces = whole_namespaces(module);
    let exported = module.facts.exports.iter().filter_map(|export| match &export.target {
        ExportTarget::From { record, name } if name == "default" => Some(*record),
        ExportTarget::NamespaceFrom { record } => Some(*record),
        _ => None,
    });
    imported.chain(spaces).chain(exported)
}

/// Records whose namespace the module takes for more than names that nothing has which is no module: all of those are
/// undefined.
fn whole_namespaces(module: &Module) -> impl Iterator<Item = u32> + '_ {
    let facts = &module.facts;
    let used = |symbol: LocalSym| facts.parts.iter().any(|part| part.uses.binary_search(&symbol).is_ok());
    let symbols = move || (facts.first_declared()..).zip(&facts.symbols);
    let wanted = move |space: LocalSym| {
        let exported = facts.exports.iter().any(|export| export.target == ExportTarget::Symbol(space));
        let asked = |(symbol, found): (LocalSym, &SymbolDecl)| match &found.kind {
            SymbolKind::Member { namespace, name } => *namespace == space && has_name(name) && used(symbol),
            SymbolKind::Asked { namespace, .. } => *namespace == space && used(symbol),
            _ => false,
        };
        exported || used(space) || symbols().any(asked)
    };
    symbols().filter_map(move |(symbol, found)| match found.kind {
        SymbolKind::Namespace { record } if wanted(symbol) => Some(record),
        _ => None,
    })
}

/// The view that an `import` has of any CommonJS module has something under this name.
fn has_name(name: &str) -> bool {
    let inherited = ["constructor", "hasOwnProperty", "isPrototypeOf", "propertyIsEnumerable"];
    matches!(name, "default" | "module.exports" | "toString" | "toLocaleString" | "valueOf")
        || name.starts_with("__")
        || inherited.contains(&name)
}

fn edges(graph: &ModuleGraph) -> impl Iterator<Item = (ImportKind, ModuleId)> + '_ {
    graph.modules.iter().flat_map(|module| {
        module.facts.records.iter().zip(&module.targets).filter_map(|(record, target)| match target {
            Target::Module(target) => Some((record.kind, *target)),
            _ => None,
        })
    })
}

/// Static imports of a module, in order.
fn imports(graph: &ModuleGraph, module: ModuleId) -> impl Iterator<Item = ModuleId> + '_ {
    let module = &graph.modules[module];
    module.facts.import_order.iter().filter_map(|record| match module.targets[*record as usize] {
        Target::Module(target) => Some(target),
        _ => None,
    })
}

/// By module: it waits for a top-level await, its own or that of a module that it imports.
pub fn asynchronous(graph: &ModuleGraph) -> IndexVec<ModuleId, bool> {
    let mut out: IndexVec<ModuleId, bool> = graph.modules.iter().map(|module| module.facts.top_level_await).collect();
    let mut work: Vec<ModuleId> = graph.modules.ids().filter(|id| out[*id]).collect();
    if work.is_empty() {
        return out;
    }
    let mut importers: IndexVec<ModuleId, Vec<ModuleId>> = graph.modules.iter().map(|_| Vec::new()).collect();
    for id in graph.modules.ids() {
        imports(graph, id).for_each(|target| importers[target].push(id));
    }
    while let Some(module) = work.pop() {
        for importer in &importers[module] {
            if !std::mem::replace(&mut out[*importer], true) {
                work.push(*importer);
            }
        }
    }
    out
}

/// By module: it is wrapped and may be called in its place in the order of evaluation, because something that is not
/// wrapped imports it, or because it stood there before a repair.
pub fn in_place(graph: &ModuleGraph, repairs: &Repairs, wraps: &IndexVec<ModuleId, Wrap>) -> IndexVec<ModuleId, bool> {
    let mut out: IndexVec<ModuleId, bool> = graph.modules.iter().map(|_| false).collect();
    for id in graph.modules.ids() {
        match wraps[id] {
            Wrap::None => imports(graph, id).for_each(|target| out[target] |= wraps[target] != Wrap::None),
            _ => out[id] |= repairs.wrapped.contains(&id),
        }
    }
    repairs.deferred.iter().for_each(|id| out[*id] = false);
    out
}

/// Modules, sorted, that `import()` loads into the same file, and of which nobody notices when they are evaluated,
/// together with all that they import.
pub fn quiet_loads(
    graph: &ModuleGraph,
    options: &Options,
    common_js: &IndexVec<ModuleId, bool>,
    acts: &Acts,
    circles: &IndexVec<ModuleId, Option<u32>>,
) -> Vec<ModuleId> {
    let loads = edges(graph).filter(|(kind, _)| *kind == ImportKind::Dynamic && !options.imports_chunks());
    let mut loads: Vec<ModuleId> = loads.map(|(_, target)| target).collect();
    loads.sort_unstable();
    loads.dedup();
    if !loads.is_empty() {
        let quiet = quiet(graph, common_js, acts, &behind(graph, circles));
        loads.retain(|id| quiet[*id]);
    }
    loads
}

/// By module: it is in a circle or imported, by however many steps, by one. Who is in the circle may read its
/// names before it has been evaluated.
fn behind(graph: &ModuleGraph, circles: &IndexVec<ModuleId, Option<u32>>) -> IndexVec<ModuleId, bool> {
    let mut out: IndexVec<ModuleId, bool> = circles.iter().map(Option::is_some).collect();
    let mut work: Vec<ModuleId> = graph.modules.ids().filter(|id| out[*id]).collect();
    while let Some(module) = work.pop() {
        for target in imports(graph, module) {
            if !std::mem::replace(&mut out[target], true) {
                work.push(target);
            }
        }
    }
    out
}

fn quiet(
    graph: &ModuleGraph,
    common_js: &IndexVec<ModuleId, bool>,
    acts: &Acts,
    behind: &IndexVec<ModuleId, bool>,
) -> IndexVec<ModuleId, bool> {
    let alone = |(id, module): (ModuleId, &Module)| {
        let requires = module.facts.records.iter().any(|record| record.kind == ImportKind::Require);
        let acts = acts[id].iter().any(|acts| *acts);
        !(common_js[id] || behind[id] || acts || requires || module.facts.top_level_await || imports_other(module))
    };
    let mut out: IndexVec<ModuleId, bool> = graph.modules.iter_ids().map(alone).collect();
    loop {
        let loud = |id: &ModuleId| out[*id] && imports(graph, *id).any(|target| !out[target]);
        let found: Vec<ModuleId> = graph.modules.ids().filter(loud).collect();
        if found.is_empty() {
            return out;
        }
        found.into_iter().for_each(|id| out[id] = false);
    }
}

/// Imports what is no module of the build.
fn imports_other(module: &Module) -> bool {
    let targets = module.facts.import_order.iter().map(|record| &module.targets[*record as usize]);
    targets.into_iter().any(|target| matches!(target, Target::External(_) | Target::Unresolved))
}

/// CommonJS always; ES modules that are required, or loaded by `import()` into the same file unless they are quiet; what
/// those and CommonJS import; and what repairs ask for.
pub fn wraps(
    graph: &ModuleGraph,
    options: &Options,
    common_js: &IndexVec<ModuleId, bool>,
    quiet: &[ModuleId],
    repairs: &Repairs,
) -> IndexVec<ModuleId, Wrap> {
    let splits = options.imports_chunks();
    let mut out: IndexVec<ModuleId, Wrap> =
        common_js.iter().map(|common_js| if *common_js { Wrap::CommonJs } else { Wrap::None }).collect();
    let mut work: Vec<ModuleId> = edges(graph)
        .filter(|(kind, target)| match kind {
            ImportKind::Require => true,
            ImportKind::Dynamic => !splits && quiet.binary_search(target).is_err(),
            _ => false,
        })
        .map(|(_, target)| target)
        .collect();
    // What CommonJS imports by statements runs when that runs.
    let importers = common_js.iter_ids().filter(|(_, common_js)| **common_js);
    work.extend(importers.flat_map(|(id, _)| imports(graph, id)).filter(|target| !graph.modules[*target].is_helper()));
    while let Some(module) = work.pop() {
        if out[module] == Wrap::Esm {
            continue;
        }
        if out[module] == Wrap::None {
            out[module] = Wrap::Esm;
        } else {
            continue;
        }
        let facts = &graph.modules[module].facts;
        for record in &facts.import_order {
            if let Target::Module(target) = graph.modules[module].targets[*record as usize]
                && out[target] == Wrap::None
            {
                work.push(target);
            }
        }
    }
    for module in repairs.wrapped.iter().filter(|module| !common_js[**module]) {
        out[*module] = Wrap::Esm;
    }
    for (id, _) in graph.modules.iter_ids().filter(|(_, module)| module.is_helper()) {
        out[id] = Wrap::None;
    }
    out
}
