//! Memory between builds: (stage, version, inputs) → bytes.
//!
//! In: a key. Out: the bytes stored for it, or nothing.
//! Invariants: an entry is verified when read (length and hash); a bad one is a miss, never an error, never used.
//! Writes are atomic (temporary file, rename), so several processes may share a folder. What was not used for longest
//! goes first when the folder is too large (`room.rs`).
//! Not here: what the bytes mean, except for whole builds (`whole.rs`).

mod arranged;
mod graphs;
mod lasting;
mod outputs;
mod pack;
mod room;
mod shelf;
mod whole;

pub use arranged::Arranged;
pub use graphs::{Basis, Graphs};
pub use pack::Pack;
pub use room::Room;
pub use shelf::Shelf;
pub use whole::{Whole, WholeBuilds};

use crate::base::ContentHash;
use crate::model::CacheUse;
use rustc_hash::FxHashMap;
use std::fs::File;
use std::io::{BufWriter, Read, Write};
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Mutex, MutexGuard, PoisonError};
use std::time::Duration;

/// Time since some moment.
type Clock = Box<dyn Fn() -> Duration + Send + Sync>;

/// Tells the program at `path` from every other: of one version there may be several while it is being worked on.
pub fn program(path: &Path) -> Vec<u8> {
    let data = std::fs::metadata(path).ok();
    format!("{:?}", data.map(|data| (data.len(), data.modified().ok()))).into_bytes()
}

/// One folder of entries, or none.
#[derive(Default)]
pub struct Cache {
    folder: Option<PathBuf>,
    /// Bytes that the folder may hold.
    limit: u64,
    clock: Option<Clock>,
    /// Looked for and not found, so that somebody is making it now: since when.
    under_way: Mutex<FxHashMap<ContentHash, Duration>>,
    hits: AtomicU64,
    misses: AtomicU64,
    read_bytes: AtomicU64,
    written_bytes: AtomicU64,
    saved_micros: AtomicU64,
    /// Of `written_bytes`, what is in the folder's account.
    accounted: AtomicU64,
    lasting: Option<lasting::Lasting>,
}

const MAGIC: &[u8; 4] = b"plm2";

/// The magic, the hash of what follows, and how many microseconds it took to make.
const HEAD_BYTES: usize = 24;

/// A thread that panicked while holding the lock has left nothing half done.
fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}

impl Cache {
    /// `None`: every look-up misses, nothing is stored.
    pub fn new(folder: Option<PathBuf>) -> Self {
        Cache { folder, limit: u64::MAX, ..Self::default() }
    }

    /// A folder that is kept to a number of bytes, and knows what it saves.
    pub fn kept(folder: Option<PathBuf>, limit: u64, clock: impl Fn() -> Duration + Send + Sync + 'static) -> Self {
        Cache { folder, limit, clock: Some(Box::new(clock)), ..Self::default() }
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
        match &found {
            Some((bytes, micros)) => self.hit(bytes.len(), *micros),
            None => self.miss(key),
        }
        found.map(|(bytes, _)| bytes)
    }

    fn hit(&self, bytes: usize, micros: u32) {
        self.hits.fetch_add(1, Ordering::Relaxed);
        self.read_bytes.fetch_add(bytes as u64, Ordering::Relaxed);
        self.saved_micros.fetch_add(u64::from(micros), Ordering::Relaxed);
    }

    /// Somebody begins to make it.
    fn miss(&self, key: ContentHash) {
        self.misses.fetch_add(1, Ordering::Relaxed);
        if let Some(clock) = &self.clock {
            self.under_way().insert(key, clock());
        }
    }

    fn read(&self, key: ContentHash) -> Option<(Vec<u8>, u32)> {
        let path = self.path(key)?;
        let mut file = File::open(&path).ok()?;
        let data = file.metadata().ok()?;
        let mut head = [0; HEAD_BYTES];
        file.read_exact(&mut head).ok()?;
        let mut body = Vec::with_capacity(usize::try_from(data.len()).ok()?.saturating_sub(HEAD_BYTES));
        file.read_to_end(&mut body).ok()?;
        let sound = head[..4] == *MAGIC && head[4..20] == ContentHash::of(&body).0;
        if !sound {
            let _ = std::fs::remove_file(path);
            return None;
        }
        room::mark_used(&file, &data);
        Some((body, u32::from_le_bytes([head[20], head[21], head[22], head[23]])))
    }

    /// Stores; failing to store is not an error (the next build computes again).
    pub fn put(&self, key: ContentHash, bytes: &[u8]) {
        self.put_joined(key, &[bytes]);
    }

    /// As [`Cache::put`] of the parts one after another, which are never all copied.
    fn put_joined(&self, key: ContentHash, parts: &[&[u8]]) {
        let Some(path) = self.path(key) else { return };
        let Some(folder) = path.parent() else { return };
        static UNIQUE: AtomicU64 = AtomicU64::new(0);
        let temporary = folder.join(format!(".{}-{}.tmp", std::process::id(), UNIQUE.fetch_add(1, Ordering::Relaxed)));
        let mut head = [0; HEAD_BYTES];
        head[..4].copy_from_slice(MAGIC);
        head[4..20].copy_from_slice(&ContentHash::of_joined(parts).0);
        head[20..].copy_from_slice(&self.finish(key).to_le_bytes());
        let write = || {
            let mut file = BufWriter::new(File::create(&temporary)?);
            file.write_all(&head)?;
            parts.iter().try_for_each(|part| file.write_all(part))?;
            file.flush()
        };
        let written = write().or_else(|_| std::fs::create_dir_all(folder).and_then(|()| write()));
        if written.is_err() || std::fs::rename(&temporary, &path).is_err() {
            let _ = std::fs::remove_file(&temporary);
            return;
        }
        let bytes: usize = parts.iter().map(|part| part.len()).sum();
        self.written_bytes.fetch_add((HEAD_BYTES + bytes) as u64, Ordering::Relaxed);
    }

    /// Bytes of an entry, as far as its file says.
    fn length(&self, key: ContentHash) -> Option<u64> {
        let data = std::fs::metadata(self.path(key)?).ok()?;
        data.len().checked_sub(HEAD_BYTES as u64)
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

    /// So far.
    pub fn used(&self) -> CacheUse {
        let count = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        CacheUse {
            hits: count(&self.hits),
            misses: count(&self.misses),
            read_bytes: count(&self.read_bytes),
            written_bytes: count(&self.written_bytes),
            saved: Duration::from_micros(count(&self.saved_micros)),
            unchanged: None,
        }
    }

    /// (hits, misses) so far.
    #[cfg(test)]
    pub fn counts(&self) -> (u64, u64) {
        (self.used().hits, self.used().misses)
    }

    /// It is made: how many microseconds after it was looked for.
    fn finish(&self, key: ContentHash) -> u32 {
        let since = self.under_way().remove(&key);
        let time = self.clock.as_ref().zip(since).map(|(clock, since)| clock().saturating_sub(since));
        time.map_or(0, |time| u32::try_from(time.as_micros()).unwrap_or(u32::MAX))
    }

    fn under_way(&self) -> MutexGuard<'_, FxHashMap<ContentHash, Duration>> {
        lock(&self.under_way)
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
        std::fs::write(&path, &bytes).unwrap();
        assert_eq!(cache.get(key), None);
        std::fs::write(&path, &bytes[..10]).unwrap();
        assert_eq!(cache.get(key), None, "cut short");
        assert_eq!((cache.used().hits, cache.used().misses), (1, 3));
    }

    #[test]
    fn what_it_took_to_make_is_what_is_saved() {
        let folder = tempfile::tempdir().unwrap();
        let ticks = AtomicU64::new(0);
        let clock = move || Duration::from_millis(ticks.fetch_add(5, Ordering::Relaxed));
        let cache = Cache::kept(Some(folder.path().to_path_buf()), u64::MAX, clock);
        let key = Cache::key("test", 1, &[b"input"]);
        cache.memo::<()>(key, || Ok(b"result".to_vec())).unwrap();
        assert_eq!(cache.used().saved, Duration::ZERO);
        cache.memo::<()>(key, || Err(())).unwrap();
        cache.get(key).unwrap();
        assert_eq!(cache.used().saved, Duration::from_millis(10));
        assert_eq!((cache.used().read_bytes, cache.used().written_bytes), (12, 30));
    }

    #[test]
    fn a_folder_that_takes_nothing_is_no_error() {
        let folder = tempfile::tempdir().unwrap();
        let file = folder.path().join("file");
        std::fs::write(&file, "in the way").unwrap();
        let cache = Cache::new(Some(file));
        let key = Cache::key("test", 1, &[b"input"]);
        assert_eq!(cache.memo::<()>(key, || Ok(b"result".to_vec())).unwrap(), b"result");
        assert_eq!(cache.get(key), None);
        cache.settle();
    }
}
