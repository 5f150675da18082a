//! The file system as plimsoll sees it: reads only. Writing belongs to `emit` and `cache`.
//!
//! In: paths. Out: what is there; of a [`Recording`], what was asked and answered, which later tells whether asking
//! again would give the same ([`Testimony`]); of a project with Yarn's map of packages, a disk on which archives are
//! folders and packages where they are looked for ([`Plugged`]).

mod archives;
mod pnp;
mod recording;
mod testimony;
mod zip;

pub use archives::physical;
pub use pnp::{BadManifest, Dependency, Manifest, Package, PackageNumber, Plugged};
pub use recording::Recording;
pub use testimony::{Testimony, Upheld};
#[cfg(test)]
pub(crate) use zip::written;

use crate::base::ContentHash;
use std::io;
use std::path::{Path, PathBuf};

/// What a path names.
#[derive(Clone, Copy, PartialEq, Eq, Debug, serde::Serialize, serde::Deserialize)]
pub enum Kind {
    File,
    Folder,
    Link,
    Other,
}

impl Kind {
    fn of(kind: std::fs::FileType) -> Self {
        match kind {
            kind if kind.is_file() => Kind::File,
            kind if kind.is_dir() => Kind::Folder,
            kind if kind.is_symlink() => Kind::Link,
            _ => Kind::Other,
        }
    }
}

/// What the build reads from. Paths are absolute.
pub trait Files: Send + Sync {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
    /// With the hash of what was read.
    fn read_hashed(&self, path: &Path) -> io::Result<(Vec<u8>, ContentHash)> {
        let bytes = self.read(path)?;
        let hash = ContentHash::of(&bytes);
        Ok((bytes, hash))
    }
    /// Of what the path leads to, symbolic links followed.
    fn kind(&self, path: &Path) -> io::Result<Kind>;
    /// Of the path itself, which may be a link.
    fn own_kind(&self, path: &Path) -> io::Result<Kind>;
    fn read_link(&self, path: &Path) -> io::Result<PathBuf>;
    /// The path without symbolic links.
    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf>;
    /// The entries of a folder, sorted by name, so that no caller depends on the order of the disk.
    fn list(&self, dir: &Path) -> io::Result<Vec<PathBuf>>;

    fn is_file(&self, path: &Path) -> bool {
        self.kind(path).is_ok_and(|kind| kind == Kind::File)
    }
    fn is_dir(&self, path: &Path) -> bool {
        self.kind(path).is_ok_and(|kind| kind == Kind::Folder)
    }
}

/// The disk.
pub struct Disk;

impl Files for Disk {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        std::fs::read(path)
    }
    fn kind(&self, path: &Path) -> io::Result<Kind> {
        Ok(Kind::of(std::fs::metadata(path)?.file_type()))
    }
    fn own_kind(&self, path: &Path) -> io::Result<Kind> {
        Ok(Kind::of(std::fs::symlink_metadata(path)?.file_type()))
    }
    fn read_link(&self, path: &Path) -> io::Result<PathBuf> {
        std::fs::read_link(path)
    }
    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        std::fs::canonicalize(path)
    }
    fn list(&self, dir: &Path) -> io::Result<Vec<PathBuf>> {
        let mut out: Vec<PathBuf> =
            std::fs::read_dir(dir)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<_>>()?;
        out.sort();
        Ok(out)
    }
}
