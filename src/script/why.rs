//! The shortest import chain from an entry to a module.

use crate::base::{LineIndex, ModuleId};
use crate::model::{ModuleGraph, Origin, WhyLink};

/// Links from the entry down to `module`; empty for entries.
pub fn why(graph: &ModuleGraph, module: ModuleId) -> Vec<WhyLink> {
    let mut out = Vec::new();
    let mut at = module;
    while let Origin::Module(importer, record) = graph.modules[at].origin {
        let from = &graph.modules[importer];
        let Some(found) = from.facts.records.get(record as usize) else { break };
        let line = LineIndex::line_in(&from.source, found.start) + 1;
        out.push(WhyLink { file: from.name.clone(), line, specifier: found.specifier.clone() });
        if importer == at || out.len() > graph.modules.len() {
            break;
        }
        at = importer;
    }
    out.reverse();
    out
}
