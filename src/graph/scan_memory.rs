//! Facts of earlier builds, all of them one pack.

use crate::base::ContentHash;
use crate::cache::{Cache, Pack};
use crate::config::Options;
use crate::diag::Noted;
use crate::lang::js::{LanguageOptions, ModuleFacts, ParseOptions};

const VERSION: u32 = 14;

pub(super) struct ScanMemory<'a> {
    /// `None`: there is no cache.
    pack: Option<Pack<'a>>,
    language: ContentHash,
}

impl<'a> ScanMemory<'a> {
    pub fn open(options: &Options, language: &LanguageOptions, cache: &'a Cache) -> Self {
        let language = ContentHash::of(&postcard::to_stdvec(language).unwrap_or_default());
        let entries = postcard::to_stdvec(&options.entries).unwrap_or_default();
        let root = options.root.to_string_lossy();
        let key = || Cache::key("scan", VERSION, &[&entries, root.as_bytes(), &language.0]);
        ScanMemory { pack: options.cache_dir.is_some().then(|| Pack::open(cache, key())), language }
    }

    /// The facts of a source, remembered or made, and where there is a memory their shape. Only those without problems are remembered: a warm build must say
    /// what the cold one said.
    pub fn facts(
        &self,
        source: ContentHash,
        parse: &ParseOptions,
        make: impl FnOnce() -> Noted<Option<ModuleFacts>>,
    ) -> Noted<(Option<ModuleFacts>, Option<ContentHash>)> {
        let Some(pack) = &self.pack else {
            let made = make();
            return Noted::new((made.value, None), made.problems);
        };
        let parse = postcard::to_stdvec(parse).unwrap_or_default();
        let key = Cache::key("scan-one", VERSION, &[&source.0, &parse, &self.language.0]);
        if let Some((shape, facts)) = pack.get(key).and_then(|bytes| postcard::from_bytes(bytes).ok()) {
            return Noted::clean((Some(facts), Some(shape)));
        }
        let made = make();
        let shape = made.value.as_ref().and_then(ModuleFacts::shape);
        if let (Some(facts), Some(shape), true) = (&made.value, shape, made.problems.is_empty())
            && let Ok(bytes) = postcard::to_stdvec(&(shape, facts))
        {
            pack.put(key, bytes);
        }
        Noted::new((made.value, shape), made.problems)
    }

    /// For the next build.
    pub fn store(&self) {
        if let Some(pack) = &self.pack {
            pack.store();
        }
    }
}
