//! Large results, found by the hash of everything they depend on: one entry says where each is, and the bytes stand in
//! blocks, of which a later build writes only those of what is new (`outputs.rs`).

use super::outputs::{self, Place};
use super::{Cache, lock};
use crate::base::ContentHash;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::sync::{Mutex, OnceLock};

/// What was there, and what is to be there next: what a build did not ask for goes.
pub struct Shelf<'a> {
    cache: &'a Cache,
    key: ContentHash,
    places: FxHashMap<ContentHash, Place>,
    /// Each is read when somebody asks for what is in it.
    blocks: FxHashMap<ContentHash, OnceLock<Option<Vec<u8>>>>,
    used: Mutex<Vec<ContentHash>>,
    new: Mutex<BTreeMap<ContentHash, Vec<u8>>>,
}

impl<'a> Shelf<'a> {
    pub fn open(cache: &'a Cache, key: ContentHash) -> Self {
        let known =
            cache.read(key).and_then(|(bytes, _)| postcard::from_bytes::<Vec<(ContentHash, Place)>>(&bytes).ok());
        let places: FxHashMap<ContentHash, Place> = known.unwrap_or_default().into_iter().collect();
        let blocks = places.values().map(|place| (place.block(), OnceLock::new())).collect();
        Shelf { cache, key, places, blocks, used: Mutex::default(), new: Mutex::default() }
    }

    fn find(&self, key: ContentHash) -> Option<&[u8]> {
        let place = self.places.get(&key)?;
        let block = self.blocks.get(&place.block())?;
        place.of(block.get_or_init(|| self.cache.read(place.block()).map(|(bytes, _)| bytes)).as_ref()?)
    }

    pub fn get(&self, key: ContentHash) -> Option<&[u8]> {
        let Some(found) = self.find(key) else {
            self.cache.miss(key);
            return None;
        };
        self.cache.hit(found.len(), 0);
        lock(&self.used).push(key);
        Some(found)
    }

    pub fn put(&self, key: ContentHash, bytes: Vec<u8>) {
        self.cache.finish(key);
        lock(&self.new).insert(key, bytes);
    }

    /// Writes what was not there.
    pub fn store(&self) {
        let (new, used) = (lock(&self.new), lock(&self.used));
        if new.is_empty() {
            return;
        }
        let kept = used.iter().filter_map(|key| Some((*key, self.find(*key)?)));
        let all: BTreeMap<ContentHash, &[u8]> = kept.chain(new.iter().map(|(key, bytes)| (*key, &bytes[..]))).collect();
        let all: Vec<(ContentHash, &[u8])> = all.into_iter().collect();
        let places = outputs::store(self.cache, &all, &self.places);
        let index: Vec<(ContentHash, Place)> = all.iter().map(|(key, _)| *key).zip(places).collect();
        if let Ok(bytes) = postcard::to_stdvec(&index) {
            self.cache.put(self.key, &bytes);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_was_asked_for_stays() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(Some(folder.path().to_path_buf()));
        let key = Cache::key("shelf", 1, &[]);
        let item = |name: &str| ContentHash::of(name.as_bytes());
        let first = Shelf::open(&cache, key);
        assert!(first.get(item("kept")).is_none());
        ["kept", "idle"].iter().for_each(|name| first.put(item(name), name.as_bytes().to_vec()));
        first.store();
        let second = Shelf::open(&cache, key);
        assert_eq!(second.get(item("kept")), Some(&b"kept"[..]));
        second.put(item("new"), b"new".to_vec());
        second.store();
        let third = Shelf::open(&cache, key);
        assert_eq!(["kept", "new", "idle"].map(|name| third.get(item(name)).is_some()), [true, true, false]);
    }

    #[test]
    fn a_damaged_block_is_a_miss() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(Some(folder.path().to_path_buf()));
        let (key, item) = (Cache::key("shelf", 1, &[]), ContentHash::of(b"item"));
        let shelf = Shelf::open(&cache, key);
        shelf.put(item, b"bytes".to_vec());
        shelf.store();
        let block = Shelf::open(&cache, key).places[&item].block();
        std::fs::write(cache.path(block).unwrap(), b"something else").unwrap();
        assert!(Shelf::open(&cache, key).get(item).is_none());
    }
}
