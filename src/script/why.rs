//! The shortest import chain from an entry to a module.

use crate::base::{IndexVec, LineIndex, ModuleId};
use crate::model::{ModuleGraph, Origin, WhyLink};
use rayon::prelude::*;

/// By module: the line that asks for it, in the module that asked first. Counted once: chains share their beginnings.
pub struct Lines(IndexVec<ModuleId, u32>);

impl Lines {
    pub fn new(graph: &ModuleGraph) -> Self {
        let line = |id: ModuleId| {
            let Origin::Module(importer, record) = graph.modules[id].origin else { return 0 };
            let from = &graph.modules[importer];
            let record = from.facts.records.get(record as usize);
            record.map_or(0, |found| LineIndex::line_in(&from.source, found.start) + 1)
        };
        let ids: Vec<ModuleId> = graph.modules.ids().collect();
        Lines(ids.into_par_iter().map(line).collect::<Vec<_>>().into())
    }
}

/// Links from the entry down to `module`; empty for entries.
pub fn why(graph: &ModuleGraph, lines: &Lines, module: ModuleId) -> Vec<WhyLink> {
    let mut out = Vec::new();
    let mut at = module;
    while let Origin::Module(importer, record) = graph.modules[at].origin {
        let from = &graph.modules[importer];
        let Some(found) = from.facts.records.get(record as usize) else { break };
        out.push(WhyLink { file: from.name.clone(), line: lines.0[at], specifier: found.specifier.clone() });
        if importer == at || out.len() > graph.modules.len() {
            break;
        }
        at = importer;
    }
    out.reverse();
    out
}
