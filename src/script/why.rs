//! The shortest import chain from an entry to a module.

use crate::base::{IndexVec, LineIndex, ModuleId};
use crate::model::{ModuleGraph, Origin, WhyLink};
use rayon::prelude::*;
use rustc_hash::FxHashMap;

/// By module: the line that asks for it, in the module that asked first. Counted once: chains share their beginnings.
pub struct Lines(IndexVec<ModuleId, u32>);

impl Lines {
    pub fn new(graph: &ModuleGraph) -> Self {
        let mut asked: FxHashMap<ModuleId, Vec<(u32, ModuleId)>> = FxHashMap::default();
        for (id, module) in graph.modules.iter_ids() {
            let Origin::Module(importer, record) = module.origin else { continue };
            let record = graph.modules[importer].facts.records.get(record as usize);
            if let Some(record) = record {
                asked.entry(importer).or_default().push((record.start, id));
            }
        }
        let asked: Vec<(ModuleId, Vec<(u32, ModuleId)>)> = asked.into_iter().collect();
        let lines = |(importer, asks): &(ModuleId, Vec<(u32, ModuleId)>)| -> Vec<(ModuleId, u32)> {
            let source = &graph.modules[*importer].source;
            if let [(start, id)] = asks.as_slice() {
                return vec![(*id, LineIndex::line_in(source, *start) + 1)];
            }
            // A barrel may ask for ten thousand.
            let index = LineIndex::new(source);
            asks.iter().map(|(start, id)| (*id, index.line(*start) + 1)).collect()
        };
        let found: Vec<Vec<(ModuleId, u32)>> = asked.par_iter().map(lines).collect();
        let mut out: IndexVec<ModuleId, u32> = graph.modules.iter().map(|_| 0).collect();
        found.into_iter().flatten().for_each(|(id, line)| out[id] = line);
        Lines(out)
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
