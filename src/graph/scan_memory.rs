//! Facts of earlier builds, all of them one pack, and those of equal sources in this build: packages are often installed
//! more than once.

use super::shards::Shards;
use crate::base::ContentHash;
use crate::cache::{Cache, Pack};
use crate::config::Options;
use crate::diag::Noted;
use crate::lang::js::{KeptTree, LanguageOptions, ModuleFacts, ParseOptions};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};

const VERSION: u32 = 26;

/// Of source, whose trees wait for `compile`. A tree takes nine times as much: on the bench's app (13.5 MB of source) keeping
/// all of them took 360 MB instead of 234, 1.5 CPU seconds instead of 1.8, and hardly less time, since new memory has to be
/// cleared; with 4 MB it is 270 MB, with 2 MB 250.
const KEPT_SOURCE_BYTES: usize = 1 << 21;

/// What else a build keeps of a module is worth the tree of so much source: what trees add is never most of its memory.
const KEPT_SOURCE_BYTES_PER_MODULE: usize = 500;

pub(super) struct ScanMemory<'a> {
    /// `None`: there is no cache.
    pack: Option<Pack<'a>>,
    language: ContentHash,
    /// Of this build.
    made: Shards<ContentHash, Known>,
    /// Bytes of source.
    kept: AtomicUsize,
    /// Modules.
    scanned: AtomicUsize,
}

/// Facts, where there is a memory their shape, and the tree if it was kept.
type Known = (Arc<ModuleFacts>, Option<ContentHash>, KeptTree);

impl<'a> ScanMemory<'a> {
    pub fn open(options: &Options, language: &LanguageOptions, cache: &'a Cache) -> Self {
        let language = ContentHash::of(&postcard::to_stdvec(language).unwrap_or_default());
        let entries = postcard::to_stdvec(&options.entries).unwrap_or_default();
        let root = options.root.to_string_lossy();
        let key = || Cache::key("scan", VERSION, &[&entries, root.as_bytes(), &language.0]);
        ScanMemory {
            pack: options.cache_dir.is_some().then(|| Pack::open(cache, key())),
            language,
            made: Shards::new(),
            kept: AtomicUsize::new(0),
            scanned: AtomicUsize::new(0),
        }
    }

    /// Whether the tree of one more source may be kept.
    pub fn has_room(&self, bytes: usize) -> bool {
        let room = KEPT_SOURCE_BYTES.max(self.scanned.load(Ordering::Relaxed) * KEPT_SOURCE_BYTES_PER_MODULE);
        let fits = self.kept.load(Ordering::Relaxed) + bytes <= room;
        if fits {
            self.kept.fetch_add(bytes, Ordering::Relaxed);
        }
        fits
    }

    /// The facts of a source, remembered or made. Only those without problems are remembered: a warm build must say what the
    /// cold one said, and each of two equal files what is wrong with it.
    pub fn facts(
        &self,
        source: ContentHash,
        parse: &ParseOptions,
        make: impl FnOnce() -> Noted<Option<(ModuleFacts, KeptTree)>>,
    ) -> Noted<Known> {
        let parse = postcard::to_stdvec(parse).unwrap_or_default();
        let key = Cache::key("scan-one", VERSION, &[&source.0, &parse, &self.language.0]);
        if let Some(known) = self.made.get(&key) {
            return Noted::clean(known);
        }
        let recalled = self.pack.as_ref().and_then(|pack| ModuleFacts::decode(pack.get(key)?));
        if let Some((shape, facts)) = recalled {
            return Noted::clean(self.made.insert(key, (Arc::new(facts), Some(shape), KeptTree::default())));
        }
        self.scanned.fetch_add(1, Ordering::Relaxed);
        let Noted { value, problems } = make();
        let Some((mut facts, tree)) = value else { return Noted::new(Known::default(), problems) };
        let encoded = self.pack.as_ref().and_then(|_| facts.encode());
        let known = (Arc::new(facts), encoded.as_ref().map(|(shape, _)| *shape), tree);
        if !problems.is_empty() {
            return Noted::new(known, problems);
        }
        if let (Some(pack), Some((_, bytes))) = (&self.pack, encoded) {
            pack.put(key, bytes);
        }
        Noted::clean(self.made.insert(key, known))
    }

    /// For the next build.
    pub fn store(&self) {
        if let Some(pack) = &self.pack {
            pack.store();
        }
    }
}
