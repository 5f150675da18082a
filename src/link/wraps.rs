//! Which modules must run lazily, inside a function of their own.

use crate::base::{IndexVec, ModuleId};
use crate::config::Options;
use crate::lang::js::{ImportKind, SourceType};
use crate::model::{Loader, ModuleGraph, Target, Wrap};

/// By module: it is CommonJS. A file without module syntax of either kind is, when something requires it.
pub fn common_js(graph: &ModuleGraph) -> IndexVec<ModuleId, bool> {
    let mut out: IndexVec<ModuleId, bool> =
        graph.modules.iter().map(|module| module.facts.source_type == SourceType::CommonJs).collect();
    for (record, target) in edges(graph) {
        if record == ImportKind::Require && graph.modules[target].facts.ambiguous {
            out[target] = graph.modules[target].loader != Loader::Json;
        }
    }
    out
}

fn edges(graph: &ModuleGraph) -> impl Iterator<Item = (ImportKind, ModuleId)> + '_ {
    graph.modules.iter().flat_map(|module| {
        module.facts.records.iter().zip(&module.targets).filter_map(|(record, target)| match target {
            Target::Module(target) => Some((record.kind, *target)),
            _ => None,
        })
    })
}

/// CommonJS always; ES modules that are required, or loaded by `import()` into the same file; and what those import.
pub fn wraps(graph: &ModuleGraph, options: &Options, common_js: &IndexVec<ModuleId, bool>) -> IndexVec<ModuleId, Wrap> {
    let splits = options.splits();
    let mut out: IndexVec<ModuleId, Wrap> =
        common_js.iter().map(|common_js| if *common_js { Wrap::CommonJs } else { Wrap::None }).collect();
    let mut work: Vec<ModuleId> = edges(graph)
        .filter(|(kind, _)| match kind {
            ImportKind::Require => true,
            ImportKind::Dynamic => !splits,
            _ => false,
        })
        .map(|(_, target)| target)
        .collect();
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
    if let Some(runtime) = graph.runtime {
        out[runtime] = Wrap::None;
    }
    out
}
