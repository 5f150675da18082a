//! What a build was told by the disk, kept so that a later one can ask whether it would be told the same.
//!
//! A file whose size, times and number on the disk are as they were is not read again. Its time of change (ctime), which
//! no program can set, is among them; a file that changed about when the build ran may have changed once more within
//! the same tick of the clock, and is therefore read (as git does it). Where the system has no such time, all files are.
//! What is in a folder, and what is not, is not asked again either as long as the folder's own times are what they were.

use super::recording::{Recording, Seen, hash_of_names};
use super::{Disk, Files, Kind};
use crate::base::ContentHash;
use rayon::prelude::*;
use rustc_hash::FxHashMap;
use serde::{Deserialize, Serialize};
use std::ffi::OsStr;
use std::fs::Metadata;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::Duration;

/// Clocks of file systems are coarse, and those of other machines a little off.
const SLACK: Duration = Duration::from_secs(2);

/// By folder, so that paths are short to store.
#[derive(Debug, Serialize, Deserialize)]
pub struct Testimony {
    folders: Vec<Folder>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Folder {
    path: PathBuf,
    /// Nothing of what was asked for is there, nor is the folder.
    absent: bool,
    /// Of the folder; `None`: too young to be trusted.
    stamp: Option<Stamp>,
    entries: Vec<Entry>,
}

#[derive(Debug, Serialize, Deserialize)]
struct Entry {
    /// Empty for the folder itself, when that is the root of the disk.
    name: String,
    seen: Seen,
    /// Of a file that was read; `None`: too young to be trusted.
    stamp: Option<Stamp>,
    /// All that was asked follows from what the folder lists.
    listed: bool,
}

/// As long as these are the same, so is the content.
#[derive(Clone, Copy, PartialEq, Eq, Debug, Serialize, Deserialize)]
struct Stamp {
    bytes: u64,
    modified: u64,
    changed: u64,
    device: u64,
    number: u64,
}

/// Everything would be answered as before, but for what is in some files.
#[derive(Clone, Debug)]
pub struct Upheld {
    /// Files that are there as before, with the hash of what is in them now; sorted.
    pub changed: Vec<(PathBuf, ContentHash)>,
    /// Paths that were looked at.
    pub looked_at: u64,
    /// Files that were read, because their times did not tell.
    pub read: u64,
    /// Paths that were asked for because the times of their folder did not tell.
    pub again: u64,
    /// Some of them need not be read, or asked for, the next time.
    pub renewed: bool,
}

/// Above this many changed files, asking is given up.
const CHANGED_MAX: usize = 64;

/// Of the folders that were asked again.
struct Tally {
    /// When asking began.
    began: Duration,
    looked_at: AtomicU64,
    read: AtomicU64,
    again: AtomicU64,
    renewed: AtomicBool,
    changed: Mutex<Vec<(PathBuf, ContentHash)>>,
}

impl Testimony {
    /// `None`: some answer was of a kind that says nothing for certain, or changed while the build ran. `began`: a moment
    /// before the first question, as time since 1970.
    pub fn of(recording: &Recording, began: Duration) -> Option<Testimony> {
        if recording.is_torn() {
            return None;
        }
        let mut folders: FxHashMap<PathBuf, Vec<Entry>> = FxHashMap::default();
        for (path, seen) in recording.seen() {
            let folder = path.parent().unwrap_or(&path);
            let name = path.file_name().unwrap_or_default().to_str()?.to_string();
            let entry = Entry { name, seen, stamp: None, listed: false };
            match folders.get_mut(folder) {
                Some(entries) => entries.push(entry),
                None => drop(folders.insert(folder.to_path_buf(), vec![entry])),
            }
        }
        let folders = folders.into_iter().map(|(path, entries)| Folder { path, absent: false, stamp: None, entries });
        let mut folders: Vec<Folder> = folders.collect();
        folders.sort_unstable_by(|a, b| a.path.cmp(&b.path));
        folders.par_iter_mut().for_each(|folder| folder.complete(began));
        Some(Testimony { folders })
    }

    /// Asks everything again. `None`: something other than the content of files would be answered otherwise. `began`: now.
    pub fn uphold(&mut self, began: Duration) -> Option<Upheld> {
        let (looked_at, read, again, renewed, changed) = Default::default();
        let tally = Tally { began, looked_at, read, again, renewed, changed };
        if !self.folders.par_iter_mut().all(|folder| folder.holds(&tally)) {
            return None;
        }
        let mut changed = tally.changed.into_inner().ok()?;
        changed.sort_unstable();
        let count = AtomicU64::into_inner;
        let (looked_at, read, again) = (count(tally.looked_at), count(tally.read), count(tally.again));
        Some(Upheld { changed, looked_at, read, again, renewed: tally.renewed.into_inner() })
    }
}

impl Folder {
    /// Adds what is not asked but looked up.
    fn complete(&mut self, began: Duration) {
        self.entries.sort_unstable_by(|a, b| a.name.cmp(&b.name));
        self.absent = self.entries.iter().all(|entry| entry.seen.is_absent()) && std::fs::metadata(&self.path).is_err();
        self.list(began);
        for entry in self.entries.iter_mut().filter(|entry| entry.seen.content.is_some()) {
            // A file that changed after it was read is young, and will be read.
            let data = std::fs::metadata(self.path.join(&entry.name)).ok();
            entry.stamp = data.and_then(|data| Stamp::of(&data)).filter(|stamp| stamp.is_settled(began));
        }
    }

    /// Notes which of the answers follow from what the folder lists now, if it was like that before `began`.
    fn list(&mut self, began: Duration) {
        let stamp = std::fs::metadata(&self.path).ok().and_then(|data| Stamp::of(&data));
        self.stamp = stamp.filter(|stamp| !self.absent && stamp.is_settled(began));
        // One question about each is as soon asked.
        if self.stamp.is_none() || self.entries.len() < 2 {
            return;
        }
        let listed = std::fs::read_dir(&self.path).ok().map(|list| {
            let kind = |entry: std::fs::DirEntry| Some((entry.file_name(), Kind::of(entry.file_type().ok()?)));
            list.filter_map(|entry| kind(entry.ok()?)).collect::<FxHashMap<_, _>>()
        });
        for entry in &mut self.entries {
            let found = listed.as_ref().map(|listed| listed.get(OsStr::new(&entry.name)).copied());
            entry.listed = found.is_some_and(|found| entry.seen.is_told_by(found));
        }
    }

    fn holds(&mut self, tally: &Tally) -> bool {
        let data = std::fs::metadata(&self.path).ok();
        if self.absent && data.is_none() {
            tally.looked_at.fetch_add(1, Ordering::Relaxed);
            return true;
        }
        tally.looked_at.fetch_add(self.entries.len() as u64, Ordering::Relaxed);
        let same = self.stamp.is_some() && self.stamp == data.as_ref().and_then(Stamp::of);
        let mut path = self.path.clone();
        for entry in self.entries.iter_mut().filter(|entry| !(same && entry.listed)) {
            if !entry.name.is_empty() {
                path.push(&entry.name);
            }
            if !entry.holds(&path, tally) {
                return false;
            }
            if !entry.name.is_empty() {
                path.pop();
            }
        }
        if !same && self.entries.len() > 1 {
            self.list(tally.began);
            tally.again.fetch_add(self.entries.len() as u64, Ordering::Relaxed);
            tally.renewed.fetch_or(self.stamp.is_some(), Ordering::Relaxed);
        }
        true
    }
}

impl Seen {
    fn is_absent(&self) -> bool {
        let more = self.more.as_ref().is_none_or(|more| **more == super::recording::More::default());
        self.kind.flatten().is_none() && self.own_kind.flatten().is_none() && self.content.is_none() && more
    }

    /// Its folder lists this, and that is all there is to know. What a link leads to is not.
    fn is_told_by(&self, listed: Option<Kind>) -> bool {
        let is = |answer: Option<Option<Kind>>| answer.is_none_or(|answer| answer == listed);
        self.content.is_none()
            && self.more.is_none()
            && listed.is_none_or(|kind| matches!(kind, Kind::File | Kind::Folder))
            && is(self.kind)
            && is(self.own_kind)
    }
}

impl Entry {
    fn holds(&mut self, path: &Path, tally: &Tally) -> bool {
        let own = std::fs::symlink_metadata(path).ok();
        let own_kind = own.as_ref().map(|data| Kind::of(data.file_type()));
        if self.seen.own_kind.is_some_and(|before| before != own_kind) {
            return false;
        }
        // What a link leads to has to be asked for.
        let data = if own_kind == Some(Kind::Link) { std::fs::metadata(path).ok() } else { own };
        let kind = data.as_ref().map(|data| Kind::of(data.file_type()));
        if self.seen.kind.is_some_and(|before| before != kind) {
            return false;
        }
        self.has_content(path, data.as_ref(), tally) && self.more_holds(path)
    }

    /// The content as before, or another that is noted.
    fn has_content(&mut self, path: &Path, data: Option<&Metadata>, tally: &Tally) -> bool {
        let Some(content) = self.seen.content else { return true };
        let stamp = data.and_then(Stamp::of);
        if self.stamp.is_some() && self.stamp == stamp {
            return true;
        }
        tally.read.fetch_add(1, Ordering::Relaxed);
        let Ok(bytes) = std::fs::read(path) else { return false };
        let now = ContentHash::of(&bytes);
        if now == content {
            // It was looked at before it was read.
            self.stamp = stamp.filter(|stamp| stamp.is_settled(tally.began));
            tally.renewed.fetch_or(self.stamp.is_some(), Ordering::Relaxed);
            return true;
        }
        let Ok(mut changed) = tally.changed.lock() else { return false };
        changed.push((path.to_path_buf(), now));
        changed.len() <= CHANGED_MAX
    }

    fn more_holds(&self, path: &Path) -> bool {
        let Some(more) = &self.seen.more else { return true };
        let listing = || Disk.list(path).map(|list| hash_of_names(&list));
        is_still(&more.link, || Disk.read_link(path))
            && is_still(&more.canonical, || Disk.canonicalize(path))
            && is_still(&more.listing, listing)
    }
}

fn is_still<T: PartialEq>(before: &Option<Option<T>>, ask: impl FnOnce() -> io::Result<T>) -> bool {
    before.as_ref().is_none_or(|before| *before == ask().ok())
}

impl Stamp {
    #[cfg(unix)]
    fn of(data: &Metadata) -> Option<Stamp> {
        use std::os::unix::fs::MetadataExt;
        let moment = |seconds: i64, part: i64| {
            u64::try_from(seconds).ok()?.checked_mul(1_000_000_000)?.checked_add(u64::try_from(part).ok()?)
        };
        Some(Stamp {
            bytes: data.size(),
            modified: moment(data.mtime(), data.mtime_nsec())?,
            changed: moment(data.ctime(), data.ctime_nsec())?,
            device: data.dev(),
            number: data.ino(),
        })
    }

    #[cfg(not(unix))]
    fn of(_: &Metadata) -> Option<Stamp> {
        None
    }

    /// Older than a build that began then, by more than clocks are wrong.
    fn is_settled(&self, began: Duration) -> bool {
        u128::from(self.modified.max(self.changed)) < began.saturating_sub(SLACK).as_nanos()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::sync::Arc;
    use std::time::UNIX_EPOCH;

    const NOW: Duration = Duration::from_secs(9);

    struct Sample(tempfile::TempDir);

    impl Sample {
        fn new() -> Sample {
            let sample = Sample(tempfile::tempdir().unwrap());
            sample.write("src/a.js", "first");
            sample
        }
        fn path(&self, path: &str) -> PathBuf {
            self.0.path().join(path)
        }
        fn write(&self, path: &str, text: &str) {
            let path = self.path(path);
            std::fs::create_dir_all(path.parent().unwrap()).unwrap();
            std::fs::write(path, text).unwrap();
        }
        /// The time of the file as time since 1970, and some seconds.
        fn after(&self, path: &str, seconds: u64) -> Duration {
            let data = std::fs::metadata(self.path(path)).unwrap();
            data.modified().unwrap().duration_since(UNIX_EPOCH).unwrap() + Duration::from_secs(seconds)
        }
        /// What is told of a build that began then.
        fn told(&self, began: Duration, ask: impl Fn(&Recording)) -> Testimony {
            let recording = Recording::new(Arc::new(Disk));
            ask(&recording);
            let testimony = Testimony::of(&recording, began).unwrap();
            postcard::from_bytes(&postcard::to_stdvec(&testimony).unwrap()).unwrap()
        }
    }

    #[test]
    #[cfg(unix)]
    fn only_young_files_are_read_again() {
        let sample = Sample::new();
        let read = |recording: &Recording| drop(recording.read(&sample.path("src/a.js")).unwrap());
        let (soon, later) = (sample.after("src/a.js", 1), sample.after("src/a.js", 3));
        assert_eq!(sample.told(later, read).uphold(later).unwrap().read, 0);
        let mut young = sample.told(soon, read);
        let counts = |upheld: Upheld| (upheld.read, upheld.renewed);
        assert_eq!(counts(young.uphold(soon).unwrap()), (1, false));
        assert_eq!(counts(young.uphold(later).unwrap()), (1, true));
        assert_eq!(counts(young.uphold(later).unwrap()), (0, false), "it has grown old");
        // Another file with the same text is read, and is the same.
        let mut told = sample.told(later, read);
        std::fs::remove_file(sample.path("src/a.js")).unwrap();
        sample.write("src/a.js", "first");
        let upheld = told.uphold(NOW).unwrap();
        assert!(upheld.changed.is_empty() && upheld.read == 1);
    }

    #[test]
    fn what_changed_is_named() {
        let sample = Sample::new();
        let mut told = sample.told(sample.after("src/a.js", 9), |recording| {
            recording.read(&sample.path("src/a.js")).unwrap();
        });
        sample.write("src/a.js", "other");
        assert_eq!(told.uphold(NOW).unwrap().changed, [(sample.path("src/a.js"), ContentHash::of(b"other"))]);
        std::fs::remove_file(sample.path("src/a.js")).unwrap();
        assert!(told.uphold(NOW).is_none(), "a file that is gone is more than a change");
    }

    #[test]
    fn absence_and_listings_are_answers() {
        let sample = Sample::new();
        let told = |ask: &dyn Fn(&Recording)| sample.told(Duration::from_secs(9), ask);
        let mut missing = told(&|recording| {
            assert!(!recording.is_file(&sample.path("node_modules/kit/package.json")));
            assert!(recording.read(&sample.path("src/b.js")).is_err());
        });
        let mut listed = told(&|recording| drop(recording.list(&sample.path("src")).unwrap()));
        let mut canonical = told(&|recording| drop(recording.canonicalize(&sample.path("src/../src")).unwrap()));
        for testimony in [&mut missing, &mut listed, &mut canonical] {
            assert!(testimony.uphold(NOW).is_some());
        }
        sample.write("node_modules/other/package.json", "{}");
        assert!(missing.uphold(NOW).is_some() && listed.uphold(NOW).is_some());
        sample.write("node_modules/kit/package.json", "{}");
        assert!(missing.uphold(NOW).is_none() && listed.uphold(NOW).is_some());
        sample.write("src/b.js", "");
        assert!(listed.uphold(NOW).is_none() && canonical.uphold(NOW).is_some());
    }

    #[test]
    #[cfg(unix)]
    fn a_folder_tells_of_what_is_in_it() {
        let sample = Sample::new();
        sample.write("src/b.js", "first");
        std::os::unix::fs::symlink("a.js", sample.path("src/link.js")).unwrap();
        let names = ["a.js", "c.js", "link.js"];
        let ask = |recording: &Recording| {
            names.iter().for_each(|name| drop(recording.kind(&sample.path("src").join(name))));
            recording.read(&sample.path("src/b.js")).unwrap();
        };
        let later = sample.after("src/b.js", 9);
        let listed = |told: &Testimony| {
            let all = told.folders.iter().flat_map(|folder| &folder.entries).filter(|entry| entry.listed);
            all.map(|entry| entry.name.clone()).collect::<Vec<_>>()
        };
        let again = |told: &mut Testimony| told.uphold(later).map(|upheld| upheld.again);
        let mut told = sample.told(later, ask);
        assert_eq!(listed(&told), ["a.js", "c.js"], "a link is more than its name");
        assert_eq!(again(&mut told), Some(0));
        // Another file comes and goes: the folder has to be looked at once.
        sample.write("src/d.js", "");
        assert_eq!((again(&mut told), again(&mut told)), (Some(4), Some(0)));
        let mut young = sample.told(sample.after("src/b.js", 1), ask);
        assert!(listed(&young).is_empty() && again(&mut young) == Some(4));
        sample.write("src/c.js", "");
        assert_eq!((again(&mut told), again(&mut young)), (None, None));
        std::fs::remove_file(sample.path("src/c.js")).unwrap();
        assert!(again(&mut told).is_some());
        std::fs::remove_file(sample.path("src/a.js")).unwrap();
        std::fs::create_dir(sample.path("src/a.js")).unwrap();
        assert_eq!(again(&mut told), None, "what is there is another kind of thing");
    }

    #[test]
    #[cfg(unix)]
    fn links_are_answers() {
        let sample = Sample::new();
        sample.write("src/b.js", "first");
        let link = sample.path("src/link.js");
        std::os::unix::fs::symlink("a.js", &link).unwrap();
        let told = |ask: &dyn Fn(&Recording)| sample.told(sample.after("src/a.js", 9), ask);
        let mut by_target = told(&|recording| drop(recording.read_link(&link).unwrap()));
        let mut by_text = told(&|recording| drop(recording.read(&link).unwrap()));
        let mut by_kind = told(&|recording| assert_eq!(recording.own_kind(&link).unwrap(), Kind::Link));
        std::fs::remove_file(&link).unwrap();
        std::os::unix::fs::symlink("b.js", &link).unwrap();
        assert!(by_target.uphold(NOW).is_none() && by_text.uphold(NOW).is_some() && by_kind.uphold(NOW).is_some());
        std::fs::remove_file(&link).unwrap();
        sample.write("src/link.js", "first");
        assert!(by_text.uphold(NOW).is_some() && by_kind.uphold(NOW).is_none());
    }

    #[test]
    fn what_contradicts_itself_is_not_told() {
        let sample = Sample::new();
        let recording = Recording::new(Arc::new(Disk));
        recording.read(&sample.path("src/a.js")).unwrap();
        sample.write("src/a.js", "other");
        recording.read(&sample.path("src/a.js")).unwrap();
        assert!(Testimony::of(&recording, Duration::from_secs(9)).is_none());
    }
}
