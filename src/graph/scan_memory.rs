//! Facts of earlier builds.
//!
//! All of a build's facts are one cache entry: a file for each of 16,000 modules would take longer to write and read
//! than the modules take to scan. What is inside is found by the hash of everything that scanning depends on, so an
//! old pack is never wrong, only incomplete.

use super::shards::lock;
use crate::base::ContentHash;
use crate::cache::Cache;
use crate::config::Options;
use crate::diag::Noted;
use crate::lang::js::{LanguageOptions, ModuleFacts, ParseOptions};
use rustc_hash::FxHashMap;
use std::collections::{BTreeMap, BTreeSet};
use std::ops::Range;
use std::sync::Mutex;

const VERSION: u32 = 9;

pub(super) struct ScanMemory<'a> {
    cache: &'a Cache,
    /// `None`: there is no cache.
    pack: Option<ContentHash>,
    language: ContentHash,
    old: Vec<u8>,
    index: FxHashMap<ContentHash, Range<usize>>,
    used: Mutex<BTreeSet<ContentHash>>,
    new: Mutex<BTreeMap<ContentHash, Vec<u8>>>,
}

impl<'a> ScanMemory<'a> {
    pub fn open(options: &Options, language: &LanguageOptions, cache: &'a Cache) -> Self {
        let language = ContentHash::of(&postcard::to_stdvec(language).unwrap_or_default());
        let entries = postcard::to_stdvec(&options.entries).unwrap_or_default();
        let root = options.root.to_string_lossy();
        let pack =
            options.cache_dir.is_some().then(|| Cache::key("scan", VERSION, &[&entries, root.as_bytes(), &language.0]));
        let old = pack.and_then(|pack| cache.get(pack)).unwrap_or_default();
        let index = read_index(&old).unwrap_or_default();
        ScanMemory { cache, pack, language, old, index, used: Mutex::default(), new: Mutex::default() }
    }

    /// The facts of a source, remembered or made. Only those without problems are remembered: a warm build must say
    /// what the cold one said.
    pub fn facts(
        &self,
        source: ContentHash,
        parse: &ParseOptions,
        make: impl FnOnce() -> Noted<Option<ModuleFacts>>,
    ) -> Noted<Option<ModuleFacts>> {
        if self.pack.is_none() {
            return make();
        }
        let parse = postcard::to_stdvec(parse).unwrap_or_default();
        let key = Cache::key("scan-one", VERSION, &[&source.0, &parse, &self.language.0]);
        let known = self.index.get(&key).and_then(|range| postcard::from_bytes(&self.old[range.clone()]).ok());
        if let Some(facts) = known {
            lock(&self.used).insert(key);
            return Noted::clean(Some(facts));
        }
        let made = make();
        if let (Some(facts), true) = (&made.value, made.problems.is_empty())
            && let Ok(bytes) = postcard::to_stdvec(facts)
        {
            lock(&self.new).insert(key, bytes);
        }
        made
    }

    /// Writes the pack anew if this build had anything that was not in it.
    pub fn store(&self) {
        let (new, used) = (lock(&self.new), lock(&self.used));
        let Some(pack) = self.pack else { return };
        if new.is_empty() {
            return;
        }
        let old = used.iter().filter_map(|key| Some((key, &self.old[self.index.get(key)?.clone()])));
        let mut all: BTreeMap<&ContentHash, &[u8]> = old.collect();
        all.extend(new.iter().map(|(key, bytes)| (key, bytes.as_slice())));
        self.cache.put(pack, &write_pack(&all));
    }
}

/// Number of entries; for each its key and length; the bytes of all.
fn write_pack(all: &BTreeMap<&ContentHash, &[u8]>) -> Vec<u8> {
    let mut out = (all.len() as u64).to_le_bytes().to_vec();
    for (key, bytes) in all {
        out.extend_from_slice(&key.0);
        out.extend_from_slice(&(bytes.len() as u64).to_le_bytes());
    }
    all.values().for_each(|bytes| out.extend_from_slice(bytes));
    out
}

fn read_index(pack: &[u8]) -> Option<FxHashMap<ContentHash, Range<usize>>> {
    let number = |at: usize| Some(u64::from_le_bytes(pack.get(at..at + 8)?.try_into().ok()?) as usize);
    let count = number(0)?;
    let mut index = FxHashMap::default();
    let mut start = 8usize.checked_add(count.checked_mul(24)?)?;
    for at in (0..count).map(|entry| 8 + entry * 24) {
        let key = ContentHash(pack.get(at..at + 16)?.try_into().ok()?);
        let end = start.checked_add(number(at + 16)?)?;
        if end > pack.len() {
            return None;
        }
        index.insert(key, start..end);
        start = end;
    }
    Some(index)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_pack_holds_what_was_put_in() {
        let keys = [ContentHash::of(b"a"), ContentHash::of(b"b")];
        let all = BTreeMap::from([(&keys[0], &b"first"[..]), (&keys[1], &b""[..])]);
        let pack = write_pack(&all);
        let index = read_index(&pack).unwrap();
        assert_eq!(&pack[index[&keys[0]].clone()], b"first");
        assert_eq!(index[&keys[1]].len(), 0);
        assert!(read_index(&pack[..pack.len() - 1]).is_none(), "cut short: not used");
        assert!(read_index(b"").is_none());
    }
}
