//! How much room the entries take, and which of them go when it is too much.
//!
//! The time of an entry's file is when it was last used, give or take an hour. What processes write is added up in an
//! account, a line for each: only when the sum is over the limit is the folder walked, and by one process alone.

use super::Cache;
use std::fs::{File, FileTimes, Metadata, OpenOptions};
use std::io::Write;
use std::path::{Path, PathBuf};
use std::sync::atomic::Ordering;
use std::time::{Duration, SystemTime};

/// What a folder holds, or what was removed from it.
#[derive(Clone, Copy, PartialEq, Eq, Default, Debug)]
pub struct Room {
    pub entries: u64,
    pub bytes: u64,
}

const ACCOUNT: &str = "written";

/// An account this long is rather made anew by looking.
const ACCOUNT_BYTES_MAX: u64 = 64 << 10;

/// Use is noted at most this often: noting costs about as much as reading a small entry.
const USE_NOTED_EVERY: Duration = Duration::from_secs(3600);

/// After this, the process that was writing a temporary file is gone.
const TEMPORARY_AGE_MAX: Duration = Duration::from_secs(3600);

/// Pruning makes some room, or every build would prune.
const FREED_PERCENT: u64 = 20;

struct Entry {
    path: PathBuf,
    bytes: u64,
    used: SystemTime,
}

/// Notes that the entry was used, if it was not lately. Fails where the folder is only to be read.
pub(super) fn mark_used(file: &File, data: &Metadata) {
    let age = data.modified().ok().and_then(|used| now().duration_since(used).ok());
    if age.is_some_and(|age| age > USE_NOTED_EVERY) {
        let _ = file.set_times(FileTimes::new().set_modified(now()));
    }
}

#[expect(clippy::disallowed_methods, reason = "when an entry was used decides whether it stays, never what is built")]
fn now() -> SystemTime {
    SystemTime::now()
}

impl Cache {
    /// At the end of a build: adds to the account what was written, and makes room where that is too much.
    pub fn settle(&self) {
        self.lasting.iter().for_each(super::lasting::Lasting::settle);
        let written = self.written_bytes.load(Ordering::Relaxed);
        let more = written - self.accounted.swap(written, Ordering::Relaxed);
        let Some(folder) = self.folder.as_ref().filter(|_| more > 0) else { return };
        let path = folder.join(ACCOUNT);
        let line = format!("{more}\n");
        // Lines that are appended at once stay whole, whoever else appends.
        let account = OpenOptions::new().append(true).create(true).open(&path);
        if account.and_then(|mut account| account.write_all(line.as_bytes())).is_err() {
            return;
        }
        let text = std::fs::read_to_string(&path).unwrap_or_default();
        let sum = text.lines().filter_map(|line| line.parse::<u64>().ok()).fold(0, u64::saturating_add);
        if sum > self.limit || text.len() as u64 > ACCOUNT_BYTES_MAX {
            self.prune();
        }
    }

    /// Removes what was not used for longest until the folder is within its limit, and what killed processes left. Says
    /// what was removed.
    pub fn prune(&self) -> Room {
        let Some(folder) = &self.folder else { return Room::default() };
        // Another process that is at it does the same.
        let lock = File::create(folder.join(".lock")).ok();
        if lock.as_ref().is_some_and(|lock| lock.try_lock().is_err()) {
            return Room::default();
        }
        remove_abandoned(folder);
        let mut entries = self.entries();
        let mut left: u64 = entries.iter().map(|entry| entry.bytes).sum();
        let mut removed = Room::default();
        if left > self.limit {
            entries.sort_by(|a, b| a.used.cmp(&b.used).then_with(|| a.path.cmp(&b.path)));
            let wanted = self.limit - self.limit / 100 * FREED_PERCENT;
            for entry in entries {
                if left <= wanted {
                    break;
                }
                if std::fs::remove_file(&entry.path).is_ok() {
                    removed = Room { entries: removed.entries + 1, bytes: removed.bytes + entry.bytes };
                    left -= entry.bytes;
                }
            }
        }
        let temporary = folder.join(format!(".{}-account.tmp", std::process::id()));
        if std::fs::write(&temporary, format!("{left}\n")).is_err()
            || std::fs::rename(&temporary, folder.join(ACCOUNT)).is_err()
        {
            let _ = std::fs::remove_file(&temporary);
        }
        removed
    }

    /// What is in the folder.
    pub fn stored(&self) -> Room {
        let entries = self.entries();
        Room { entries: entries.len() as u64, bytes: entries.iter().map(|entry| entry.bytes).sum() }
    }

    /// Removes every entry, and says what was removed. Leaves whatever else is in the folder: it may be anything that
    /// `--cache-dir` named.
    pub fn clear(&self) -> Room {
        let mut removed = Room::default();
        let Some(folder) = &self.folder else { return removed };
        remove_abandoned(folder);
        for entry in self.entries() {
            if std::fs::remove_file(&entry.path).is_ok() {
                removed = Room { entries: removed.entries + 1, bytes: removed.bytes + entry.bytes };
            }
            // Fails while the folder holds something, and that is meant.
            let _ = entry.path.parent().map(std::fs::remove_dir);
        }
        for name in [ACCOUNT, ".lock"] {
            let _ = std::fs::remove_file(folder.join(name));
        }
        removed
    }

    /// What is named as [`Cache::path`] names it.
    fn entries(&self) -> Vec<Entry> {
        let Some(folder) = &self.folder else { return Vec::new() };
        let entry = |path: PathBuf| {
            let data = std::fs::symlink_metadata(&path).ok().filter(Metadata::is_file)?;
            Some(Entry { path, bytes: data.len(), used: data.modified().unwrap_or(SystemTime::UNIX_EPOCH) })
        };
        let folders = listed(folder, |name| is_hex(name, 2));
        folders
            .flat_map(|folder| listed(&folder, |name| is_hex(name, 30)).filter_map(entry).collect::<Vec<_>>())
            .collect()
    }
}

fn is_hex(name: &str, length: usize) -> bool {
    name.len() == length && name.bytes().all(|byte| byte.is_ascii_hexdigit())
}

fn listed(folder: &Path, wanted: impl Fn(&str) -> bool) -> impl Iterator<Item = PathBuf> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    entries.filter(move |entry| entry.file_name().to_str().is_some_and(&wanted)).map(|entry| entry.path())
}

/// Temporary files of processes that were killed.
fn remove_abandoned(folder: &Path) {
    let is_temporary = |name: &str| {
        let inner = name.strip_prefix('.').and_then(|name| name.strip_suffix(".tmp"));
        inner.and_then(|inner| inner.split_once('-')).is_some_and(|(number, _)| number.parse::<u32>().is_ok())
    };
    let folders = listed(folder, |name| is_hex(name, 2)).chain([folder.to_path_buf()]);
    for path in folders.flat_map(|folder| listed(&folder, is_temporary).collect::<Vec<_>>()) {
        let written = std::fs::metadata(&path).and_then(|data| data.modified()).ok();
        let age = written.and_then(|written| now().duration_since(written).ok());
        if age.is_some_and(|age| age > TEMPORARY_AGE_MAX) {
            let _ = std::fs::remove_file(path);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn cache(folder: &Path, limit: u64) -> Cache {
        Cache::kept(Some(folder.to_path_buf()), limit, || Duration::ZERO)
    }

    fn key(name: &str) -> crate::base::ContentHash {
        Cache::key("test", 1, &[name.as_bytes()])
    }

    fn age(cache: &Cache, name: &str, hours: u64) {
        let file = OpenOptions::new().write(true).open(cache.path(key(name)).unwrap()).unwrap();
        file.set_times(FileTimes::new().set_modified(now() - Duration::from_secs(hours * 3600))).unwrap();
    }

    #[test]
    fn clearing_leaves_what_is_not_ours() {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(folder.path(), u64::MAX);
        cache.put(key("a"), b"result");
        cache.settle();
        std::fs::create_dir(folder.path().join("ab")).unwrap();
        std::fs::write(folder.path().join("ab/thesis.txt"), "years of work").unwrap();
        assert_eq!(cache.stored(), Room { entries: 1, bytes: 30 });
        assert_eq!(cache.clear(), Room { entries: 1, bytes: 30 });
        assert_eq!(cache.stored(), Room::default());
        assert!(folder.path().join("ab/thesis.txt").is_file() && !folder.path().join(ACCOUNT).exists());
    }

    #[test]
    fn what_was_not_used_for_longest_goes_first() {
        let folder = tempfile::tempdir().unwrap();
        let first = cache(folder.path(), 3 * 124);
        for (name, hours) in [("a", 5), ("b", 4), ("c", 3)] {
            first.put(key(name), &[0; 100]);
            age(&first, name, hours);
        }
        first.settle();
        assert_eq!(first.stored().entries, 3, "within the limit");
        assert!(first.get(key("a")).is_some(), "used, and thereby the youngest");
        let second = cache(folder.path(), 3 * 124);
        second.put(key("d"), &[0; 100]);
        second.settle();
        let there = ["a", "b", "c", "d"].map(|name| second.get(key(name)).is_some());
        assert_eq!(there, [true, false, false, true]);
        assert_eq!(std::fs::read_to_string(folder.path().join(ACCOUNT)).unwrap(), "248\n");
    }

    #[test]
    fn pruning_removes_what_killed_processes_left() {
        let folder = tempfile::tempdir().unwrap();
        let cache = cache(folder.path(), u64::MAX);
        cache.put(key("a"), b"result");
        let near = cache.path(key("a")).unwrap().with_file_name(".12-3.tmp");
        let young = near.with_file_name(".12-4.tmp");
        for path in [&near, &young] {
            std::fs::write(path, "half").unwrap();
        }
        let old = FileTimes::new().set_modified(now() - Duration::from_secs(7200));
        OpenOptions::new().write(true).open(&near).unwrap().set_times(old).unwrap();
        assert_eq!(cache.prune(), Room::default());
        assert!(!near.exists() && young.exists() && cache.get(key("a")).is_some());
    }
}
