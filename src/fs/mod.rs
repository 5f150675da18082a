//! The file system as plimsoll sees it: reads only. Writing belongs to `emit` and `cache`.

use std::io;
use std::path::{Path, PathBuf};

/// What the build reads from. Paths are absolute.
pub trait Files: Send + Sync {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>>;
    fn is_file(&self, path: &Path) -> bool;
    fn is_dir(&self, path: &Path) -> bool;
    /// The entries of a folder, sorted by name, so that no caller depends on the order of the disk.
    fn list(&self, dir: &Path) -> io::Result<Vec<PathBuf>>;
}

/// The disk.
pub struct Disk;

impl Files for Disk {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        std::fs::read(path)
    }
    fn is_file(&self, path: &Path) -> bool {
        path.is_file()
    }
    fn is_dir(&self, path: &Path) -> bool {
        path.is_dir()
    }
    fn list(&self, dir: &Path) -> io::Result<Vec<PathBuf>> {
        let mut out: Vec<PathBuf> =
            std::fs::read_dir(dir)?.map(|entry| entry.map(|entry| entry.path())).collect::<io::Result<_>>()?;
        out.sort();
        Ok(out)
    }
}
