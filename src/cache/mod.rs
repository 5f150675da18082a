//! Memory between builds: (stage, version, inputs) → bytes.
//!
//! In: a key. Out: the bytes stored for it, or nothing.
//! Invariants: an entry is verified when read (length and hash); a bad one is a miss, never an error, never used.
//! Writes are atomic (temporary file, rename), so several processes may share a folder.
//! Not here: what the bytes mean.

use crate::base::ContentHash;
use std::path::PathBuf;
use std::sync::atomic::{AtomicU64, Ordering};

/// One folder of entries, or none.
#[derive(Debug, Default)]
pub struct Cache {
    folder: Option<PathBuf>,
    hits: AtomicU64,
    misses: AtomicU64,
}

const MAGIC: &[u8; 4] = b"plm1";

impl Cache {
    /// `None`: every look-up misses, nothing is stored.
    pub fn new(folder: Option<PathBuf>) -> Self {
        Cache { folder, ..Self::default() }
    }

    /// The key for a stage's result. `version` must change whenever the stage would give other bytes for the same
    /// inputs.
    pub fn key(stage: &str, version: u32, inputs: &[&[u8]]) -> ContentHash {
        let version = version.to_le_bytes();
        let mut parts: Vec<&[u8]> = vec![stage.as_bytes(), env!("CARGO_PKG_VERSION").as_bytes(), &version];
        parts.extend_from_slice(inputs);
        ContentHash::of_parts(&parts)
    }

    pub fn get(&self, key: ContentHash) -> Option<Vec<u8>> {
        let found = self.read(key);
        let counter = if found.is_some() { &self.hits } else { &self.misses };
        counter.fetch_add(1, Ordering::Relaxed);
        found
    }

    fn read(&self, key: ContentHash) -> Option<Vec<u8>> {
        let bytes = std::fs::read(self.path(key)?).ok()?;
        let (head, body) = bytes.split_at_checked(20)?;
        (head[..4] == *MAGIC && head[4..] == ContentHash::of(body).0).then(|| body.to_vec())
    }

    /// Stores; failing to store is not an error (the next build computes again).
    pub fn put(&self, key: ContentHash, bytes: &[u8]) {
        let Some(path) = self.path(key) else { return };
        let Some(folder) = path.parent() else { return };
        if std::fs::create_dir_all(folder).is_err() {
            return;
        }
        static UNIQUE: AtomicU64 = AtomicU64::new(0);
        let temporary = folder.join(format!(".{}-{}.tmp", std::process::id(), UNIQUE.fetch_add(1, Ordering::Relaxed)));
        let mut entry = Vec::with_capacity(bytes.len() + 20);
        entry.extend_from_slice(MAGIC);
        entry.extend_from_slice(&ContentHash::of(bytes).0);
        entry.extend_from_slice(bytes);
        if std::fs::write(&temporary, entry).is_err() || std::fs::rename(&temporary, &path).is_err() {
            let _ = std::fs::remove_file(&temporary);
        }
    }

    /// The stored bytes, or those that `make` returns (which are then stored).
    pub fn memo<E>(&self, key: ContentHash, make: impl FnOnce() -> Result<Vec<u8>, E>) -> Result<Vec<u8>, E> {
        if let Some(bytes) = self.get(key) {
            return Ok(bytes);
        }
        let bytes = make()?;
        self.put(key, &bytes);
        Ok(bytes)
    }

    /// (hits, misses) so far.
    pub fn counts(&self) -> (u64, u64) {
        (self.hits.load(Ordering::Relaxed), self.misses.load(Ordering::Relaxed))
    }

    /// (entries, bytes) in the folder.
    pub fn stored(&self) -> (u64, u64) {
        self.entries().into_iter().fold((0, 0), |(count, bytes), (_, size)| (count + 1, bytes + size))
    }

    /// Removes every entry; (entries, bytes) removed. Leaves whatever else is in the folder: it may be anything that
    /// `--cache-dir` named.
    pub fn clear(&self) -> (u64, u64) {
        let mut removed = (0, 0);
        for (path, size) in self.entries() {
            if std::fs::remove_file(&path).is_ok() {
                removed = (removed.0 + 1, removed.1 + size);
            }
            // Fails while the folder holds something, and that is meant.
            let _ = path.parent().map(std::fs::remove_dir);
        }
        removed
    }

    /// What is named as [`Cache::path`] names it.
    fn entries(&self) -> Vec<(PathBuf, u64)> {
        let is_hex =
            |name: &str, length: usize| name.len() == length && name.bytes().all(|byte| byte.is_ascii_hexdigit());
        let list = |folder: &std::path::Path| std::fs::read_dir(folder).into_iter().flatten().flatten();
        let Some(folder) = &self.folder else { return Vec::new() };
        let folders = list(folder).filter(|entry| entry.file_name().to_str().is_some_and(|name| is_hex(name, 2)));
        folders
            .flat_map(|folder| list(&folder.path()).collect::<Vec<_>>())
            .filter(|entry| entry.file_name().to_str().is_some_and(|name| is_hex(name, 30)))
            .filter_map(|entry| Some((entry.path(), entry.metadata().ok().filter(|data| data.is_file())?.len())))
            .collect()
    }

    fn path(&self, key: ContentHash) -> Option<PathBuf> {
        let hex = key.hex();
        Some(self.folder.as_ref()?.join(&hex[..2]).join(&hex[2..]))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_damaged_entry_is_a_miss() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(Some(folder.path().to_path_buf()));
        let key = Cache::key("test", 1, &[b"input"]);
        assert_eq!(cache.get(key), None);
        cache.put(key, b"result");
        assert_eq!(cache.get(key).as_deref(), Some(&b"result"[..]));
        let path = cache.path(key).unwrap();
        let mut bytes = std::fs::read(&path).unwrap();
        *bytes.last_mut().unwrap() ^= 1;
        std::fs::write(&path, bytes).unwrap();
        assert_eq!(cache.get(key), None);
        assert_eq!(cache.counts(), (1, 2));
    }

    #[test]
    fn clearing_leaves_what_is_not_ours() {
        let folder = tempfile::tempdir().unwrap();
        let cache = Cache::new(Some(folder.path().to_path_buf()));
        cache.put(Cache::key("test", 1, &[b"a"]), b"result");
        std::fs::create_dir(folder.path().join("ab")).unwrap();
        std::fs::write(folder.path().join("ab/thesis.txt"), "years of work").unwrap();
        assert_eq!(cache.stored(), (1, 26));
        assert_eq!(cache.clear(), (1, 26));
        assert_eq!(cache.stored(), (0, 0));
        assert!(folder.path().join("ab/thesis.txt").is_file());
    }
}
