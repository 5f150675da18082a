//! Paths that lead into zip archives, and paths that stand for others (`__virtual__`), as Yarn has them.
//!
//! Of the disk below, only whole archives and paths that are really there are asked for: who records that, records what
//! the answers depend on.

use super::zip::{Zip, normal};
use super::{Files, Kind};
use rustc_hash::{FxHashMap, FxHashSet};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io;
use std::path::{Component, Path, PathBuf};
use std::sync::{Arc, Mutex, OnceLock, PoisonError};

/// `…/__virtual__/HASH/DEPTH/REST` is `…/REST`, `DEPTH` folders further up.
const VIRTUAL: [&str; 2] = ["__virtual__", "$$virtual"];

/// Where a path leads.
#[derive(Debug, PartialEq, Eq)]
pub(super) enum Spot<'p> {
    Disk(Cow<'p, Path>),
    Inside {
        zip: PathBuf,
        /// With `/`; empty for the archive's own top.
        inner: String,
    },
}

/// A disk on which some archives are folders.
pub(super) struct Archives {
    disk: Arc<dyn Files>,
    /// The files that are folders, without symbolic links and virtual folders.
    known: FxHashSet<PathBuf>,
    opened: Mutex<FxHashMap<PathBuf, Arc<OnceLock<Opened>>>>,
    /// What is wrong with archives that were read.
    damaged: Mutex<BTreeMap<PathBuf, String>>,
}

/// An archive, or why there is none.
type Opened = Result<Zip, (io::ErrorKind, String)>;

impl Archives {
    pub fn new(disk: Arc<dyn Files>, known: FxHashSet<PathBuf>) -> Self {
        Archives { disk, known, opened: Mutex::default(), damaged: Mutex::default() }
    }

    /// What was wrong with archives, sorted by their paths.
    pub fn damaged(&self) -> Vec<(PathBuf, String)> {
        let damaged = self.damaged.lock().unwrap_or_else(PoisonError::into_inner);
        damaged.iter().map(|(path, reason)| (path.clone(), reason.clone())).collect()
    }

    /// The archives that something was asked of, there or not; sorted.
    pub fn asked(&self) -> Vec<PathBuf> {
        let mut asked: Vec<PathBuf> =
            self.opened.lock().unwrap_or_else(PoisonError::into_inner).keys().cloned().collect();
        asked.sort();
        asked
    }

    pub fn spot<'p>(&self, path: &'p Path) -> Spot<'p> {
        let path = physical(path);
        match archive_in(&path, |zip| self.known.contains(zip)) {
            Some((zip, inner)) => Spot::Inside { zip, inner },
            None => Spot::Disk(path),
        }
    }

    /// Does something with an archive, which is read when it is first asked for.
    fn with<T>(&self, path: &Path, act: impl FnOnce(&Zip) -> Result<T, (io::ErrorKind, String)>) -> io::Result<T> {
        let opened = {
            let mut opened = self.opened.lock().unwrap_or_else(PoisonError::into_inner);
            match opened.get(path) {
                Some(known) => Arc::clone(known),
                None => Arc::clone(opened.entry(path.to_path_buf()).or_default()),
            }
        };
        let zip = opened.get_or_init(|| match self.disk.read(path) {
            Ok(bytes) => Zip::new(bytes).map_err(|reason| (io::ErrorKind::InvalidData, reason)),
            Err(error) => Err((error.kind(), error.to_string())),
        });
        zip.as_ref().map_err(Clone::clone).and_then(act).map_err(|(kind, reason)| {
            if !matches!(kind, io::ErrorKind::NotFound | io::ErrorKind::NotADirectory) {
                let mut damaged = self.damaged.lock().unwrap_or_else(PoisonError::into_inner);
                damaged.entry(path.to_path_buf()).or_insert_with(|| reason.clone());
            }
            io::Error::new(kind, reason)
        })
    }

    fn kind_inside(&self, zip: &Path, inner: &str) -> io::Result<Kind> {
        self.with(zip, |zip| zip.kind(inner).ok_or_else(nothing))
    }
}

fn nothing() -> (io::ErrorKind, String) {
    (io::ErrorKind::NotFound, "there is no such file in the archive".to_string())
}

impl Files for Archives {
    fn read(&self, path: &Path) -> io::Result<Vec<u8>> {
        match self.spot(path) {
            Spot::Disk(path) => self.disk.read(&path),
            Spot::Inside { zip, inner } => self.with(&zip, |zip| match zip.read(&inner) {
                Some(read) => read.map_err(|reason| (io::ErrorKind::InvalidData, reason)),
                None => Err(nothing()),
            }),
        }
    }

    fn kind(&self, path: &Path) -> io::Result<Kind> {
        match self.spot(path) {
            Spot::Disk(path) => self.disk.kind(&path),
            Spot::Inside { zip, inner } => self.kind_inside(&zip, &inner),
        }
    }

    fn own_kind(&self, path: &Path) -> io::Result<Kind> {
        match self.spot(path) {
            Spot::Disk(path) => self.disk.own_kind(&path),
            Spot::Inside { zip, inner } => self.kind_inside(&zip, &inner),
        }
    }

    fn read_link(&self, path: &Path) -> io::Result<PathBuf> {
        match self.spot(path) {
            Spot::Disk(path) => self.disk.read_link(&path),
            Spot::Inside { .. } => Err(io::Error::from(io::ErrorKind::InvalidInput)),
        }
    }

    /// Of two virtual paths to one file, neither is the other.
    fn canonicalize(&self, path: &Path) -> io::Result<PathBuf> {
        match self.spot(path) {
            Spot::Disk(Cow::Borrowed(path)) => self.disk.canonicalize(path),
            _ => self.kind(path).map(|_| path.components().collect()),
        }
    }

    fn list(&self, dir: &Path) -> io::Result<Vec<PathBuf>> {
        match self.spot(dir) {
            Spot::Disk(Cow::Borrowed(dir)) => self.disk.list(dir),
            Spot::Disk(Cow::Owned(real)) => {
                let listed = self.disk.list(&real)?;
                Ok(listed.iter().filter_map(|path| path.file_name()).map(|name| dir.join(name)).collect())
            }
            Spot::Inside { zip, inner } => self.with(&zip, |zip| {
                let names = zip.list(&inner).ok_or_else(nothing)?;
                Ok(names.iter().map(|name| dir.join(&**name)).collect())
            }),
        }
    }
}

/// The path that a virtual path stands for; any other as it is.
pub fn physical(path: &Path) -> Cow<'_, Path> {
    let mut path = Cow::Borrowed(path);
    while let Some(real) = split_virtual(&path).and_then(|parts| parts.real()) {
        path = Cow::Owned(real);
    }
    path
}

/// A virtual path, taken apart.
#[derive(Debug, PartialEq, Eq)]
pub(super) struct Virtual {
    /// The folder that `__virtual__` is in.
    pub folder: PathBuf,
    /// What tells this instance from others; with the number after it.
    pub instance: Option<(String, usize)>,
    pub rest: PathBuf,
}

impl Virtual {
    /// `None`: there are more folders to go up than there are.
    fn real(self) -> Option<PathBuf> {
        let depth = self.instance.map_or(0, |(_, depth)| depth);
        let from = self.folder.ancestors().nth(depth)?;
        Some(if self.rest.as_os_str().is_empty() { from.to_path_buf() } else { from.join(self.rest) })
    }
}

/// `None`: the path is what it says.
pub(super) fn split_virtual(path: &Path) -> Option<Virtual> {
    if !path.to_str()?.contains("virtual") {
        return None;
    }
    let mut parts = path.components();
    let mut folder = PathBuf::new();
    loop {
        let part = parts.next()?;
        if VIRTUAL.iter().any(|name| part.as_os_str() == *name) {
            break;
        }
        folder.push(part);
    }
    let text = |part: Component| part.as_os_str().to_str().map(str::to_string);
    let Some(hash) = parts.next() else { return Some(Virtual { folder, instance: None, rest: PathBuf::new() }) };
    let hash = text(hash).filter(|hash| is_hash(hash))?;
    let Some(depth) = parts.next() else { return Some(Virtual { folder, instance: None, rest: PathBuf::new() }) };
    let depth = text(depth)?;
    let depth = depth.bytes().all(|byte| byte.is_ascii_digit()).then(|| depth.parse().ok()).flatten()?;
    Some(Virtual { folder, instance: Some((hash, depth)), rest: parts.as_path().to_path_buf() })
}

/// `react-dom-virtual-1f2e3d`, or its last part alone.
fn is_hash(text: &str) -> bool {
    let last = text.rsplit('-').next().unwrap_or(text);
    !last.is_empty() && last.bytes().all(|byte| matches!(byte, b'0'..=b'9' | b'a'..=b'f'))
}

/// The archive that a path leads into and the path there, which is not the archive itself.
pub(super) fn archive_in(path: &Path, is_archive: impl Fn(&Path) -> bool) -> Option<(PathBuf, String)> {
    const SUFFIX: &str = ".zip";
    let text = path.to_str()?;
    for (at, _) in text.match_indices(SUFFIX) {
        let (zip, inner) = text.split_at(at + SUFFIX.len());
        if inner.starts_with(std::path::is_separator) && is_archive(Path::new(zip)) {
            return Some((PathBuf::from(zip), normal(inner)?));
        }
    }
    None
}

#[cfg(unix)]
#[cfg(test)]
mod tests {
    use super::super::zip::written::archive;
    use super::*;
    use crate::fs::{Disk, Recording, Testimony};
    use std::time::Duration;

    #[test]
    fn virtual_paths_lead_to_real_ones() {
        for (path, expected) in [
            ("/p/.yarn/__virtual__/a-virtual-1f/0/cache/a.zip/x.js", "/p/.yarn/cache/a.zip/x.js"),
            ("/p/.yarn/__virtual__/1f/1/packages/a/x.js", "/p/packages/a/x.js"),
            ("/p/.yarn/$$virtual/a-1f/2/q/x.js", "/q/x.js"),
            ("/p/.yarn/__virtual__/a-1f/0/__virtual__/b-2e/1/x.js", "/p/x.js"),
            ("/p/.yarn/__virtual__/a-1f/0", "/p/.yarn"),
            ("/p/.yarn/__virtual__/a-1f", "/p/.yarn"),
            ("/p/.yarn/__virtual__", "/p/.yarn"),
            // Nothing of the kind.
            ("/p/.yarn/__virtual__/node_modules/x.js", "/p/.yarn/__virtual__/node_modules/x.js"),
            ("/p/.yarn/__virtual__/a-1f/package.json", "/p/.yarn/__virtual__/a-1f/package.json"),
            ("/p/.yarn/__virtual__/a-1f/+1/x.js", "/p/.yarn/__virtual__/a-1f/+1/x.js"),
            ("/p/.yarn/__virtual__/a-1f/9/x.js", "/p/.yarn/__virtual__/a-1f/9/x.js"),
            ("/p/virtual/a.js", "/p/virtual/a.js"),
        ] {
            assert_eq!(physical(Path::new(path)), Path::new(expected), "{path}");
        }
    }

    #[test]
    fn archives_are_those_that_are_known() {
        let known: FxHashSet<PathBuf> = ["/p/a.zip".into(), "/p/c/b.zip".into()].into_iter().collect();
        let archives = Archives::new(Arc::new(Disk), known);
        let inside = |path: &'static str| match archives.spot(Path::new(path)) {
            Spot::Inside { zip, inner } => Some((zip.to_str().unwrap().to_string(), inner)),
            Spot::Disk(found) => {
                assert_eq!(found, Path::new(path));
                None
            }
        };
        let found = |zip: &str, inner: &str| Some((zip.to_string(), inner.to_string()));
        assert_eq!(inside("/p/a.zip/node_modules/a/x.zip/y"), found("/p/a.zip", "node_modules/a/x.zip/y"));
        assert_eq!(inside("/p/c/b.zip/"), found("/p/c/b.zip", ""));
        for path in ["/p/a.zip", "/p/other.zip/x", "/p/a.zipper/x", "/q/a.zip/x"] {
            assert_eq!(inside(path), None, "{path}");
        }
        let through = archives.spot(Path::new("/p/c/__virtual__/b-1f/0/b.zip/node_modules"));
        assert_eq!(through, Spot::Inside { zip: "/p/c/b.zip".into(), inner: "node_modules".into() });
    }

    struct Sample {
        folder: tempfile::TempDir,
        recording: Arc<Recording>,
        archives: Archives,
    }

    impl Sample {
        fn new(bytes: &[u8]) -> Sample {
            let folder = tempfile::tempdir().unwrap();
            let zip = folder.path().join("a.zip");
            std::fs::write(&zip, bytes).unwrap();
            let recording = Arc::new(Recording::new(Arc::new(Disk)));
            let disk: Arc<dyn Files> = Arc::<Recording>::clone(&recording);
            Sample { archives: Archives::new(disk, [zip].into_iter().collect()), folder, recording }
        }

        fn path(&self, path: &str) -> PathBuf {
            self.folder.path().join(path)
        }
    }

    #[test]
    fn what_is_read_depends_on_the_archive() {
        let sample = Sample::new(&archive(&[("a/x.js", b"1"), ("a/y.js", b"2")]));
        let Sample { archives, recording, .. } = &sample;
        assert_eq!(archives.read(&sample.path("a.zip/a/y.js")).unwrap(), b"2");
        assert_eq!(archives.own_kind(&sample.path("a.zip/a")).unwrap(), Kind::Folder);
        assert_eq!(archives.kind(&sample.path("a.zip")).unwrap(), Kind::File);
        assert!(!archives.is_file(&sample.path("a.zip/a/z.js")));
        let virtual_folder = sample.path("__virtual__/a-1f/0/a.zip/a");
        let children = ["x.js", "y.js"].map(|name| virtual_folder.join(name));
        assert_eq!(archives.list(&virtual_folder).unwrap(), children);
        assert_eq!(archives.canonicalize(&children[0]).unwrap(), children[0]);
        assert_eq!(recording.asked().into_iter().collect::<Vec<_>>(), [sample.path("a.zip")]);
        let mut told = Testimony::of(recording, Duration::from_secs(9)).unwrap();
        assert!(told.uphold(Duration::from_secs(9)).unwrap().changed.is_empty());
        std::fs::write(sample.path("a.zip"), archive(&[("a/x.js", b"3")])).unwrap();
        assert_eq!(told.uphold(Duration::from_secs(9)).unwrap().changed[0].0, sample.path("a.zip"));
        assert!(archives.damaged().is_empty());
    }

    #[test]
    fn damage_is_remembered() {
        let sample = Sample::new(b"PK is not enough");
        let error = sample.archives.read(&sample.path("a.zip/a/x.js")).unwrap_err();
        assert_eq!(error.kind(), io::ErrorKind::InvalidData);
        assert!(!sample.archives.is_dir(&sample.path("a.zip/a")));
        let reason = "it ends before the list of what is in it".to_string();
        assert_eq!(sample.archives.damaged(), [(sample.path("a.zip"), reason)]);
        std::fs::remove_file(sample.path("a.zip")).unwrap();
        let gone = Archives::new(Arc::new(Disk), [sample.path("a.zip")].into_iter().collect());
        assert_eq!(gone.kind(&sample.path("a.zip/a")).unwrap_err().kind(), io::ErrorKind::NotFound);
        assert!(gone.damaged().is_empty(), "what is missing is not damaged");
    }
}
