//! How the modules of an earlier build were linked and put into chunks: the same as long as their facts are the same but
//! for positions in the sources, and they lead to the same modules. Sizes of statements are among them, roughly.

use super::Cache;
use crate::base::{ContentHash, ModuleId};
use crate::config::Options;
use crate::lang::js::Part;
use crate::model::{ChunkPlan, EntryKind, Linked, Module, ModuleGraph};
use serde::Serialize;

/// Of one program (a set of entries) of a build.
pub struct Arranged<'a> {
    cache: &'a Cache,
    key: ContentHash,
}

/// What linking and splitting look at, beside facts.
#[derive(Serialize)]
struct Whole<'a> {
    options: &'a Options,
    entries: &'a [usize],
    all_entries: Vec<(ModuleId, EntryKind, &'a str)>,
    runtime: Option<ModuleId>,
    injected: &'a [ModuleId],
    injected_names: &'a [(String, u32)],
    /// By style sheet: it is noticed by nobody who does not use it.
    local: Vec<bool>,
}

impl<'a> Arranged<'a> {
    /// `program`: what tells this plimsoll from every other. `None`: there is no memory.
    pub fn new(
        cache: &'a Cache,
        program: &[u8],
        graph: &ModuleGraph,
        options: &Options,
        entries: &[usize],
    ) -> Option<Self> {
        options.cache_dir.as_ref().filter(|_| options.dump.is_empty())?;
        let settled = super::whole::settled(options);
        let whole = Whole {
            options: &settled,
            entries,
            all_entries: graph.entries.iter().map(|entry| (entry.module, entry.kind, entry.name.as_str())).collect(),
            runtime: graph.runtime,
            injected: &graph.injected,
            injected_names: &graph.injected_names,
            local: graph.styles.iter().map(|style| style.facts.is_local).collect(),
        };
        let mut bytes = postcard::to_stdvec(&whole).ok()?;
        for module in graph.modules.iter() {
            bytes = postcard::to_extend(&seen(module)?, bytes).ok()?;
        }
        Some(Arranged { cache, key: Cache::key("arranged", 1, &[program, &bytes]) })
    }

    /// Hash of everything that linking and splitting depend on.
    pub fn key(&self) -> ContentHash {
        self.key
    }

    pub fn recall(&self) -> Option<(Linked, ChunkPlan)> {
        postcard::from_bytes(&self.cache.get(self.key)?).ok()
    }

    pub fn keep(&self, arranged: &(Linked, ChunkPlan)) {
        if let Ok(bytes) = postcard::to_stdvec(arranged) {
            self.cache.put(self.key, &bytes);
        }
    }
}

/// What linking and splitting look at of one module.
fn seen(module: &Module) -> Option<impl Serialize> {
    let Module { name, loader, parse, targets, style, asset, side_effects, node_esm, source_is_file, .. } = module;
    let said = (*side_effects, *node_esm, *source_is_file, module.package.as_ref());
    let sizes: Vec<u32> = module.facts.parts.iter().map(Part::rough_bytes).collect();
    Some((module.shape?, sizes, name, loader, parse, targets, style, asset, said))
}
