//! The disk as the resolver wants it: through [`Files`], so that what it asks is recorded like everything else.

use crate::fs::{Disk, Files, Kind};
use oxc_resolver::{FileMetadata, FileSystem, ResolveError, ResolverGeneric};
use std::io;
use std::path::{Path, PathBuf};
use std::sync::Arc;

pub(super) type Resolver = ResolverGeneric<ResolverFiles>;

pub(super) struct ResolverFiles(pub Arc<dyn Files>);

fn metadata(kind: Kind) -> FileMetadata {
    FileMetadata::new(kind == Kind::File, kind == Kind::Folder, kind == Kind::Link)
}

impl FileSystem for ResolverFiles {
    fn new() -> Self {
        ResolverFiles(Arc::new(Disk))
    }
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        self.0.read(path)
    }
    fn read_to_string(&self, path: &Path) -> io::Result<String> {
        String::from_utf8(self.0.read(path)?).map_err(|error| io::Error::new(io::ErrorKind::InvalidData, error))
    }
    fn metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        self.0.kind(path).map(metadata)
    }
    fn symlink_metadata(&self, path: &Path) -> io::Result<FileMetadata> {
        self.0.own_kind(path).map(metadata)
    }
    fn read_link(&self, path: &Path) -> Result<PathBuf, ResolveError> {
        let target = self.0.read_link(path)?;
        // Windows: the resolver works with paths that have no verbatim prefix.
        Ok(target.to_str().and_then(|text| text.strip_prefix(r"\\?\")).map_or_else(|| target.clone(), PathBuf::from))
    }
    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        self.0.canonicalize(path)
    }
}
