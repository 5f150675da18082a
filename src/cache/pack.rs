//! Many small results in one entry: a file for each of 16,000 modules would take longer to write and read than the
//! modules take to scan. What is inside is found by the hash of everything it depends on, so an old pack is never
//! wrong, only incomplete.

use super::{Cache, lock};
use crate::base::ContentHash;
use rustc_hash::FxHashMap;
use std::collections::BTreeMap;
use std::ops::Range;
use std::sync::Mutex;

/// What was not used in as many packs goes: until then, going back to another branch finds everything.
const UNUSED_MAX: u8 = 4;

/// One entry under way: what was in it, and what is to be in it next.
pub struct Pack<'a> {
    cache: &'a Cache,
    key: ContentHash,
    old: Vec<u8>,
    index: FxHashMap<ContentHash, Place>,
    used: Mutex<Vec<ContentHash>>,
    /// With how long it took to make.
    new: Mutex<BTreeMap<ContentHash, (Vec<u8>, u32)>>,
}

#[derive(Clone)]
struct Place {
    bytes: Range<usize>,
    /// In how many packs it was not used.
    unused: u8,
    /// How many microseconds it took to make.
    micros: u32,
}

impl<'a> Pack<'a> {
    pub fn open(cache: &'a Cache, key: ContentHash) -> Self {
        let old = cache.read(key).map(|(bytes, _)| bytes).unwrap_or_default();
        let index = read_index(&old).unwrap_or_default();
        Pack { cache, key, old, index, used: Mutex::default(), new: Mutex::default() }
    }

    /// No earlier build has left anything.
    pub fn is_new(&self) -> bool {
        self.index.is_empty()
    }

    pub fn get(&self, key: ContentHash) -> Option<&[u8]> {
        let Some(place) = self.index.get(&key) else {
            self.cache.miss(key);
            return None;
        };
        self.cache.hit(place.bytes.len(), place.micros);
        lock(&self.used).push(key);
        Some(&self.old[place.bytes.clone()])
    }

    pub fn put(&self, key: ContentHash, bytes: Vec<u8>) {
        let micros = self.cache.finish(key);
        lock(&self.new).insert(key, (bytes, micros));
    }

    /// Writes the pack anew if there is anything that was not in it.
    pub fn store(&self) {
        let (new, mut used) = (lock(&self.new), lock(&self.used).clone());
        if new.is_empty() {
            return;
        }
        used.sort_unstable();
        let mut all: BTreeMap<&ContentHash, Item> = BTreeMap::new();
        for (key, place) in &self.index {
            let unused = if used.binary_search(key).is_ok() { 0 } else { place.unused + 1 };
            if unused <= UNUSED_MAX {
                all.insert(key, Item { bytes: &self.old[place.bytes.clone()], unused, micros: place.micros });
            }
        }
        all.extend(new.iter().map(|(key, (bytes, micros))| (key, Item { bytes, unused: 0, micros: *micros })));
        let head = head(&all);
        let parts: Vec<&[u8]> = std::iter::once(head.as_slice()).chain(all.values().map(|item| item.bytes)).collect();
        self.cache.put_joined(self.key, &parts);
    }
}

struct Item<'a> {
    bytes: &'a [u8],
    unused: u8,
    micros: u32,
}

/// Of an item: key, length, use, time.
const ITEM_BYTES: usize = 16 + 8 + 1 + 4;

/// What stands before the bytes of all: the number of items, and each but for its bytes.
fn head(all: &BTreeMap<&ContentHash, Item>) -> Vec<u8> {
    let mut out = Vec::with_capacity(8 + all.len() * ITEM_BYTES);
    out.extend_from_slice(&(all.len() as u64).to_le_bytes());
    for (key, item) in all {
        out.extend_from_slice(&key.0);
        out.extend_from_slice(&(item.bytes.len() as u64).to_le_bytes());
        out.push(item.unused);
        out.extend_from_slice(&item.micros.to_le_bytes());
    }
    out
}

fn read_index(pack: &[u8]) -> Option<FxHashMap<ContentHash, Place>> {
    let number = |at: usize| Some(u64::from_le_bytes(pack.get(at..at + 8)?.try_into().ok()?) as usize);
    let count = number(0)?;
    let mut start = 8usize.checked_add(count.checked_mul(ITEM_BYTES)?)?;
    if start > pack.len() {
        return None;
    }
    let mut index = FxHashMap::with_capacity_and_hasher(count, Default::default());
    for at in (0..count).map(|item| 8 + item * ITEM_BYTES) {
        let key = ContentHash(pack.get(at..at + 16)?.try_into().ok()?);
        let end = start.checked_add(number(at + 16)?)?;
        if end > pack.len() {
            return None;
        }
        let micros = u32::from_le_bytes(pack.get(at + 25..at + 29)?.try_into().ok()?);
        index.insert(key, Place { bytes: start..end, unused: pack[at + 24], micros });
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
        let item = |bytes, unused| Item { bytes, unused, micros: 7 };
        let all = BTreeMap::from([(&keys[0], item(&b"first"[..], 0)), (&keys[1], item(b"", 3))]);
        let pack = [head(&all).as_slice(), b"first"].concat();
        let index = read_index(&pack).unwrap();
        assert_eq!(&pack[index[&keys[0]].bytes.clone()], b"first");
        let second = &index[&keys[1]];
        assert_eq!((second.bytes.len(), second.unused, second.micros), (0, 3, 7));
        assert!(read_index(&pack[..pack.len() - 1]).is_none(), "cut short: not used");
        assert!(read_index(b"").is_none());
        assert!(read_index(&u64::MAX.to_le_bytes()).is_none());
    }

    #[test]
    fn what_is_not_used_for_long_goes() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(Some(folder.path().to_path_buf()));
        let key = Cache::key("pack", 1, &[]);
        let item = |name: &str| ContentHash::of(name.as_bytes());
        let pack = Pack::open(&cache, key);
        ["kept", "idle"].iter().for_each(|name| pack.put(item(name), name.as_bytes().to_vec()));
        pack.store();
        for round in 0..=UNUSED_MAX {
            let pack = Pack::open(&cache, key);
            assert_eq!(pack.get(item("kept")), Some(&b"kept"[..]));
            pack.put(item(&round.to_string()), vec![round]);
            assert!(pack.index.contains_key(&item("idle")), "round {round}");
            pack.store();
        }
        let pack = Pack::open(&cache, key);
        assert!(pack.get(item("kept")).is_some() && pack.get(item("idle")).is_none());
    }
}
