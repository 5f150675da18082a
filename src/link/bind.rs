//! Binds every imported symbol, and reports names that are not there.

use super::exports::{Exports, Resolution};
use crate::base::{IndexVec, ModuleId, StyleId};
use crate::diag::{Diagnostic, Location, nearest};
use crate::lang::js::{ExportTarget, SymbolKind};
use crate::model::{ExportBinding, Loader, ModuleGraph, Target};
use rustc_hash::FxHashSet;
use std::sync::Arc;

pub type Bindings = IndexVec<ModuleId, Arc<[Option<ExportBinding>]>>;

/// One binding per declared symbol; `None` for symbols of the module's own.
pub fn bind<'a>(graph: &'a ModuleGraph, exports: &mut Exports<'a>, problems: &mut Vec<Diagnostic>) -> Bindings {
    let bindings = graph.modules.ids().map(|module| bind_module(graph, exports, module, problems)).collect();
    graph.modules.ids().for_each(|module| re_exports(graph, exports, module, problems));
    bindings
}

/// `export { x } from` of what is not there. A single TypeScript file cannot tell whether `x` is a type.
fn re_exports<'a>(graph: &'a ModuleGraph, exports: &mut Exports<'a>, id: ModuleId, problems: &mut Vec<Diagnostic>) {
    let module = &graph.modules[id];
    if matches!(module.loader, Loader::Ts | Loader::Tsx) {
        return;
    }
    for export in &module.facts.exports {
        let ExportTarget::From { record, name } = &export.target else { continue };
        let Target::Module(target) = &module.targets[*record as usize] else { continue };
        let found = exports.through(id, *record, name);
        let what = match found {
            Resolution::Found(_) | Resolution::Guess(_) => continue,
            Resolution::Ambiguous(..) => "is ambiguous: two modules export it through \"export *\"",
            Resolution::Circular => "is exported from itself, in a circle, and declared nowhere",
            Resolution::Missing => "is not exported",
        };
        let specifier = &module.facts.records[*record as usize].specifier;
        let names = exports.names(*target);
        let code = if matches!(found, Resolution::Ambiguous(..)) { "ambiguous-export" } else { "missing-export" };
        let problem = Diagnostic::error(code, format!("\"{name}\" of \"{specifier}\" {what}"))
            .at(Location::span(&module.name, &module.source, export.start, export.end))
            .note(exported_names(&graph.modules[*target].name, names.iter().copied()));
        problems.push(match nearest(name, names.iter().copied(), 3).first() {
            Some(near) if near != name => problem.hint(format!("did you mean \"{near}\"?")),
            _ => problem.hint("export it there, or remove it here"),
        });
    }
}

fn bind_module<'a>(
    graph: &'a ModuleGraph,
    exports: &mut Exports<'a>,
    id: ModuleId,
    problems: &mut Vec<Diagnostic>,
) -> Arc<[Option<ExportBinding>]> {
    let module = &graph.modules[id];
    let reexported = reexported_symbols(module);
    let mut out = Vec::with_capacity(module.facts.symbols.len());
    for (at, declared) in module.facts.symbols.iter().enumerate() {
        let symbol = module.facts.first_declared() + at as u32;
        if matches!(declared.kind, SymbolKind::Local) {
            out.push(None);
            continue;
        }
        let found = exports.symbol(id, symbol);
        let binding = match found {
            Resolution::Found(binding) | Resolution::Guess(binding) => {
                problems.extend(never_assigned(graph, id, symbol, &binding));
                problems.extend(unknown_class(graph, exports, id, symbol));
                binding
            }
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
    out.into()
}

/// A name of a CommonJS module that nothing assigns, though all that assigns its names was seen.
fn never_assigned(graph: &ModuleGraph, id: ModuleId, symbol: u32, binding: &ExportBinding) -> Option<Diagnostic> {
    let ExportBinding::CommonJs(found) = binding else { return None };
    let (module, target) = (&graph.modules[id], &graph.modules[found.module]);
    let names = &target.facts.cjs_exports;
    let known = matches!(found.name.as_str(), "*" | "default" | "module.exports" | "__esModule")
        || INHERITED.contains(&found.name.as_str())
        || names.contains(&found.name);
    if !target.facts.cjs_complete || known || found.via.0 != id {
        return None;
    }
    let declared = module.facts.declared(symbol)?;
    let specifier = &module.facts.records.get(found.via.1 as usize)?.specifier;
    let end = declared.start + declared.name.len() as u32;
    let message = format!("\"{}\" is never assigned by \"{specifier}\", so this is always undefined", found.name);
    let problem = Diagnostic::warning("import-is-undefined", message)
        .at(Location::span(&module.name, &module.source, declared.start, end))
        .note(exported_names(&target.name, names.iter().map(String::as_str)));
    Some(match nearest(&found.name, names.iter().map(String::as_str), 3).first() {
        Some(near) => problem.hint(format!("did you mean \"{near}\"?")),
        None => problem,
    })
}

/// Everything has these.
const INHERITED: &[&str] = &["constructor", "hasOwnProperty", "isPrototypeOf", "toString", "valueOf", "__proto__"];

/// `styles.name` of a CSS module that has no such name. Files of packages are left to their authors.
fn unknown_class(graph: &ModuleGraph, exports: &mut Exports<'_>, id: ModuleId, symbol: u32) -> Option<Diagnostic> {
    let module = &graph.modules[id];
    let declared = module.facts.declared(symbol)?;
    let SymbolKind::Member { namespace, name } = &declared.kind else { return None };
    if module.package.is_some() || INHERITED.contains(&name.as_str()) {
        return None;
    }
    let target = exports.classes(id, *namespace)?;
    let names = exports.names(target);
    if names.contains(name.as_str()) {
        return None;
    }
    Some(no_class(graph, id, symbol, &graph.modules[target].name, name, names.iter().copied()))
}

/// `composes: name from` of a sheet that has no such class.
fn unknown_composed<'n>(
    graph: &ModuleGraph,
    style: StyleId,
    sheet: &str,
    name: &str,
    names: impl Iterator<Item = &'n str> + Clone,
) -> Diagnostic {
    let style = &graph.styles[style];
    // The script was made of the sheet: its positions mean nothing.
    let declaration = |at: usize| {
        let rest = &style.source[at..];
        let end = rest.find([';', '}']).unwrap_or(rest.len());
        rest[..end].contains("from").then(|| rest[..end].find(name)).flatten().map(|found| at + found)
    };
    let start = style.source.match_indices("composes").find_map(|(at, _)| declaration(at)).unwrap_or(0) as u32;
    let at = Location::span(&style.name, &style.source, start, start + name.len() as u32);
    no_such_class(sheet, name, names, at)
}

fn no_such_class<'n>(
    sheet: &str,
    name: &str,
    names: impl Iterator<Item = &'n str> + Clone,
    at: Location,
) -> Diagnostic {
    let names = names.filter(|name| *name != "default");
    let problem = Diagnostic::error("unknown-class", format!("{sheet} has no class `{name}`")).at(at);
    match nearest(name, names.clone(), 3).first() {
        Some(near) => problem.hint(format!("did you mean `{near}`?")),
        None => problem.note(exported_names(sheet, names)),
    }
}

fn no_class<'n>(
    graph: &ModuleGraph,
    id: ModuleId,
    symbol: u32,
    sheet: &str,
    name: &str,
    names: impl Iterator<Item = &'n str> + Clone,
) -> Diagnostic {
    let module = &graph.modules[id];
    // A path is known by where it starts.
    let from = module.facts.declared(symbol).map_or(0, |declared| declared.start);
    let rest = module.source.get(from as usize..).unwrap_or_default();
    let start = from + rest.find(name).unwrap_or(0) as u32;
    let at = Location::span(&module.name, &module.source, start, start + name.len() as u32);
    no_such_class(sheet, name, names, at)
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
    let composed = if module.loader == Loader::LocalCss { module.style } else { None };
    if let Some(style) = composed {
        problems.push(unknown_composed(graph, style, &graph.modules[*target].name, name, names.iter().copied()));
        return;
    }
    if is_member && graph.modules[*target].loader == Loader::LocalCss && module.package.is_none() {
        problems.push(no_class(graph, id, symbol, &graph.modules[*target].name, name, names.iter().copied()));
        return;
    }
    let near = nearest(name, names.iter().copied(), 3);
    let target_name = &graph.modules[*target].name;
    let problem = match failed {
        Resolution::Ambiguous(a, b) if !is_member => Diagnostic::error(
            "ambiguous-export",
            format!("\"{name}\" of \"{specifier}\" is ambiguous: two modules export it through \"export *\""),
        )
        .note(format!("from {} and from {}", graph.modules[*a].name, graph.modules[*b].name))
        .hint("import it from the module you mean, or re-export it by name"),
        _ if is_member => Diagnostic::warning(
            "import-is-undefined",
            format!("\"{name}\" is not exported by \"{specifier}\", so this is always undefined"),
        ),
        _ => Diagnostic::error("missing-export", format!("\"{name}\" is not exported by \"{specifier}\"")),
    };
    let problem = problem.at(location).note(exported_names(target_name, names.iter().copied()));
    if name == "default" && target_name.ends_with(".wasm") {
        problems.push(problem.hint(format!("\"{specifier}?url\" is the address of the file")));
        return;
    }
    problems.push(match near.first() {
        Some(near) if !matches!(failed, Resolution::Ambiguous(..)) => problem.hint(format!("did you mean \"{near}\"?")),
        None if names.contains("default") && !is_member && problem.hint.is_none() => {
            problem.hint(format!("it has a default export: import {name} from \"{specifier}\""))
        }
        _ => problem,
    });
}

fn exported_names<'n>(target: &str, names: impl Iterator<Item = &'n str>) -> String {
    const SHOWN: usize = 12;
    let names: Vec<&str> = names.collect();
    match names.len() {
        0 => format!("{target} exports nothing"),
        count if count <= SHOWN => format!("{target} exports {}", names.join(", ")),
        count => format!("{target} exports {} and {} more", names[..SHOWN].join(", "), count - SHOWN),
    }
}
