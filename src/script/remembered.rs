//! Chunks that an earlier build wrote: what a chunk's text depends on is hashed, and little of that changes with an edit.
//! A process that builds again keeps their files as they are; else they are on the disk.

use super::{Context, why};
use crate::base::{ChunkId, ContentHash, IndexVec, ModuleId};
use crate::cache::{Cache, Shelf};
use crate::lang::js::ModuleObject;
use crate::model::RenderedFile;
use rayon::prelude::*;
use std::sync::Arc;

/// Changes whenever `chunk` would write other files for the same inputs.
const VERSION: u32 = 3;

/// Hashes of an object.
#[derive(Clone, Copy)]
pub struct Print {
    /// Of everything it was made from.
    pub whole: ContentHash,
    /// Of what other chunks see of it.
    outside: ContentHash,
}

impl Print {
    pub fn of(cache: &Cache, whole: ContentHash, object: &ModuleObject) -> Self {
        let key = Cache::key("object-outside", VERSION, &[&whole.0]);
        if let Some(outside) = cache.kept_value::<ContentHash>(key) {
            return Print { whole, outside: *outside };
        }
        let top_level = &object.extra_names[..object.extra_top_level as usize];
        let seen =
            (&object.counts, &object.declared, object.extra_top_level, top_level, &object.globals, object.pinned);
        let outside = ContentHash::of(&postcard::to_stdvec(&seen).unwrap_or_default());
        cache.keep_value(key, &Arc::new(outside));
        Print { whole, outside }
    }
}

/// The memory of one program.
pub struct Remembered<'a> {
    cache: &'a Cache,
    shelf: Option<&'a Shelf<'a>>,
    /// Of what all chunks depend on.
    base: ContentHash,
    prints: &'a IndexVec<ModuleId, Option<Print>>,
}

impl<'a> Remembered<'a> {
    /// `arranged`: hash of all that linking and splitting depend on, options and this program included.
    pub fn new(
        context: &Context<'_>,
        arranged: ContentHash,
        prints: &'a IndexVec<ModuleId, Option<Print>>,
        cache: &'a Cache,
        shelf: Option<&'a Shelf<'a>>,
    ) -> Self {
        let outside: Vec<&[u8]> =
            prints.iter().map(|print| print.as_ref().map_or(&[][..], |print| &print.outside.0)).collect();
        let assets: Vec<_> = context.graph.assets.iter().map(|asset| (&asset.name, &asset.fixed_name)).collect();
        let names = postcard::to_stdvec(&(context.properties, assets)).unwrap_or_default();
        let outside = ContentHash::of_parts(&outside);
        Remembered { cache, shelf, base: Cache::key("chunks", VERSION, &[&arranged.0, &outside.0, &names]), prints }
    }

    /// The files of a chunk: those of an earlier build, or those that `make` returns. `goes_on`: they may go on the disk.
    /// Of a chunk that holds most of a program most edits change the text, so that it would be written each time for nothing.
    pub fn files(
        &self,
        context: &Context<'_>,
        id: ChunkId,
        goes_on: bool,
        make: impl FnOnce() -> Vec<RenderedFile>,
    ) -> Vec<RenderedFile> {
        let key = self.key(context, id);
        let blamed = |mut files: Vec<RenderedFile>| {
            files.iter_mut().for_each(|file| blame(context, id, file));
            files
        };
        if let Some(kept) = self.cache.kept_value::<Vec<RenderedFile>>(key) {
            return blamed(Vec::clone(&kept));
        }
        let shelf = self.shelf.filter(|_| goes_on);
        let stored = || postcard::from_bytes(shelf?.get(key)?).ok();
        let files = match stored() {
            Some(files) => blamed(files),
            None => {
                let files = make();
                if let Some(shelf) = shelf
                    && let Ok(bytes) = postcard::to_stdvec(&files)
                {
                    shelf.put(key, bytes);
                }
                files
            }
        };
        if self.cache.is_lasting() {
            self.cache.keep_value(key, &Arc::new(files.clone()));
        }
        files
    }

    fn key(&self, context: &Context<'_>, id: ChunkId) -> ContentHash {
        let number = id.0.to_le_bytes();
        let mut parts: Vec<&[u8]> = vec![&self.base.0, &number];
        for module in &context.plan.chunks[id].modules {
            parts.push(&context.graph.modules[*module].source_hash.0);
            parts.extend(self.prints[*module].as_ref().map(|print| print.whole.0.as_slice()));
        }
        Cache::key("chunk", VERSION, &parts)
    }
}

/// Which lines asked for the modules may have changed.
fn blame(context: &Context<'_>, id: ChunkId, file: &mut RenderedFile) {
    let mut told = file.contributions.iter_mut().peekable();
    for module in context.plan.chunks[id].modules.iter().copied() {
        if let Some(told) = told.next_if(|told| told.source == context.graph.modules[module].name) {
            told.why = why::why(context.graph, &context.lines, module);
        }
    }
}

/// Prints of all objects, where values are kept.
pub fn prints(
    cache: &Cache,
    objects: &IndexVec<ModuleId, Option<Arc<ModuleObject>>>,
    keys: &IndexVec<ModuleId, Option<ContentHash>>,
) -> IndexVec<ModuleId, Option<Print>> {
    let ids: Vec<ModuleId> = objects.ids().collect();
    let print = |id: ModuleId| Some(Print::of(cache, keys[id]?, objects[id].as_ref()?));
    ids.into_par_iter().map(print).collect::<Vec<_>>().into()
}
