//! Files that remember what they were asked, and what they said.

use super::{Files, Kind};
use crate::base::ContentHash;
use rustc_hash::{FxBuildHasher, FxHashMap};
use serde::{Deserialize, Serialize};
use std::collections::BTreeSet;
use std::hash::BuildHasher;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

/// All that was asked of one path. `Some(None)`: asked, and there was nothing.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub(super) struct Seen {
    pub kind: Option<Option<Kind>>,
    pub own_kind: Option<Option<Kind>>,
    pub content: Option<ContentHash>,
    pub more: Option<Box<More>>,
}

/// What is asked of few paths.
#[derive(Clone, PartialEq, Eq, Default, Debug, Serialize, Deserialize)]
pub(super) struct More {
    pub link: Option<Option<PathBuf>>,
    pub canonical: Option<Option<PathBuf>>,
    /// Hash of the names in the folder.
    pub listing: Option<Option<ContentHash>>,
}

const SHARDS: usize = 64;

type Shard = Mutex<FxHashMap<PathBuf, Seen>>;

/// Passes every question on.
pub struct Recording {
    inner: Arc<dyn Files>,
    shards: [Shard; SHARDS],
    /// Two answers differed, or one was an error that says nothing for certain.
    torn: AtomicBool,
}

impl Recording {
    pub fn new(inner: Arc<dyn Files>) -> Self {
        Recording { inner, shards: std::array::from_fn(|_| Mutex::default()), torn: AtomicBool::new(false) }
    }

    /// Files that were read or looked for. That a folder is no file says nothing of what is in it.
    pub fn asked(&self) -> BTreeSet<PathBuf> {
        let is_file = |seen: &Seen| seen.content.is_some() || seen.kind.is_some_and(|kind| kind != Some(Kind::Folder));
        self.seen().into_iter().filter(|(_, seen)| is_file(seen)).map(|(path, _)| path).collect()
    }

    pub(super) fn is_torn(&self) -> bool {
        self.torn.load(Ordering::Relaxed)
    }

    /// Everything, in no order.
    pub(super) fn seen(&self) -> Vec<(PathBuf, Seen)> {
        self.shards.iter().flat_map(|shard| lock(shard).clone()).collect()
    }

    fn note<T: PartialEq>(&self, path: &Path, answer: T, place: impl FnOnce(&mut Seen) -> &mut Option<T>) {
        let mut shard = lock(&self.shards[(FxBuildHasher.hash_one(path.as_os_str()) >> 32) as usize % SHARDS]);
        let seen = match shard.get_mut(path) {
            Some(seen) => seen,
            None => shard.entry(path.to_path_buf()).or_default(),
        };
        let place = place(seen);
        if place.as_ref().is_some_and(|before| *before != answer) {
            self.torn.store(true, Ordering::Relaxed);
        }
        *place = Some(answer);
    }

    /// The answer, where it is one that is sure to be given again: what is there, or that nothing is.
    fn certain<T: Clone>(&self, answer: &io::Result<T>) -> Option<T> {
        if let Err(error) = answer
            && !is_absence(error)
        {
            self.torn.store(true, Ordering::Relaxed);
        }
        answer.as_ref().ok().cloned()
    }
}

/// A part of the path is not there, or is no folder.
pub(super) fn is_absence(error: &io::Error) -> bool {
    matches!(error.kind(), io::ErrorKind::NotFound | io::ErrorKind::NotADirectory)
}

fn lock(shard: &Shard) -> MutexGuard<'_, FxHashMap<PathBuf, Seen>> {
    shard.lock().unwrap_or_else(PoisonError::into_inner)
}

fn more(seen: &mut Seen) -> &mut More {
    seen.more.get_or_insert_default()
}

/// The names, whatever folder they are in.
pub(super) fn hash_of_names(list: &[PathBuf]) -> ContentHash {
    let names: Vec<&[u8]> = list.iter().map(|path| path.file_name().unwrap_or_default().as_encoded_bytes()).collect();
    ContentHash::of_parts(&names)
}

impl Files for Recording {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.read_hashed(path).map(|(bytes, _)| bytes)
    }

    fn read_hashed(&self, path: &Path) -> io::Result<(Vec<u8>, ContentHash)> {
        let answer = self.inner.read_hashed(path);
        match &answer {
            Ok((_, hash)) => self.note(path, *hash, |seen| &mut seen.content),
            Err(error) if is_absence(error) => self.note(path, None, |seen| &mut seen.kind),
            Err(_) => self.torn.store(true, Ordering::Relaxed),
        }
        answer
    }

    fn kind(&self, path: &Path) -> io::Result<Kind> {
        let answer = self.inner.kind(path);
        self.note(path, self.certain(&answer), |seen| &mut seen.kind);
        answer
    }

    fn own_kind(&self, path: &Path) -> io::Result<Kind> {
        let answer = self.inner.own_kind(path);
        self.note(path, self.certain(&answer), |seen| &mut seen.own_kind);
        answer
    }

    fn read_link(&self, path: &Path) -> io::Result<PathBuf> {
        let answer = self.inner.read_link(path);
        self.note(path, self.certain(&answer), |seen| &mut more(seen).link);
        answer
    }

    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        let answer = self.inner.canonicalize(path);
        self.note(path, self.certain(&answer), |seen| &mut more(seen).canonical);
        answer
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<PathBuf>> {
        let answer = self.inner.list(dir);
        self.note(dir, self.certain(&answer).map(|list| hash_of_names(&list)), |seen| &mut more(seen).listing);
        answer
    }
}
