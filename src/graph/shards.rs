//! A map that many threads fill at once.

use rustc_hash::{FxBuildHasher, FxHashMap};
use std::borrow::Borrow;
use std::hash::{BuildHasher, Hash};
use std::sync::{Mutex, MutexGuard, PoisonError};

/// Locks; a thread that panicked while holding the lock has left nothing half done in this room's maps.
pub(super) fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

const SHARDS: usize = 64;

/// Values are cheap to clone (numbers, `Arc`s) and never change once they are in.
pub(super) struct Shards<K, V>(Vec<Mutex<FxHashMap<K, V>>>);

impl<K: Hash + Eq, V: Clone> Shards<K, V> {
    pub fn new() -> Self {
        Shards((0..SHARDS).map(|_| Mutex::default()).collect())
    }

    fn shard<Q: Hash + ?Sized>(&self, key: &Q) -> MutexGuard<'_, FxHashMap<K, V>> {
        lock(&self.0[(FxBuildHasher.hash_one(key) >> 32) as usize % SHARDS])
    }

    pub fn get<Q: Hash + Eq + ?Sized>(&self, key: &Q) -> Option<V>
    where
        K: Borrow<Q>,
    {
        self.shard(key).get(key).cloned()
    }

    /// Everything, in no order.
    pub fn take(&self) -> impl Iterator<Item = (K, V)> {
        self.0.iter().flat_map(|shard| std::mem::take(&mut *lock(shard)))
    }

    /// Keeps the value that is already there, and returns the one that stays.
    pub fn insert(&self, key: K, value: V) -> V {
        self.shard(&key).entry(key).or_insert(value).clone()
    }

    /// The value, and whether `make` made it just now. `make` runs under the lock: keep it short.
    pub fn get_or_make(&self, key: &K, make: impl FnOnce() -> V) -> (V, bool)
    where
        K: Clone,
    {
        let mut shard = self.shard(key);
        if let Some(value) = shard.get(key) {
            return (value.clone(), false);
        }
        let value = make();
        shard.insert(key.clone(), value.clone());
        (value, true)
    }
}
