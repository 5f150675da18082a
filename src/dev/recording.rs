//! Which files an answer depended on.

use crate::fs::Files;
use std::collections::BTreeSet;
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Mutex;

/// Files that remember what they were asked for, whether it was there or not.
pub(super) struct Recording<'a> {
    inner: &'a dyn Files,
    asked: Mutex<BTreeSet<PathBuf>>,
}

impl<'a> Recording<'a> {
    pub(super) fn new(inner: &'a dyn Files) -> Self {
        Recording { inner, asked: Mutex::default() }
    }

    pub(super) fn asked(self) -> BTreeSet<PathBuf> {
        self.asked.into_inner().unwrap_or_default()
    }

    fn note(&self, path: &Path) {
        if let Ok(mut asked) = self.asked.lock() {
            asked.insert(path.to_path_buf());
        }
    }
}

impl Files for Recording<'_> {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.note(path);
        self.inner.read(path)
    }
    fn is_file(&self, path: &Path) -> bool {
        // That a folder is no file says nothing of what is in it.
        if !self.inner.is_dir(path) {
            self.note(path);
        }
        self.inner.is_file(path)
    }
    fn is_dir(&self, path: &Path) -> bool {
        self.inner.is_dir(path)
    }
    fn list(&self, dir: &Path) -> io::Result<Vec<PathBuf>> {
        self.inner.list(dir)
    }
}
