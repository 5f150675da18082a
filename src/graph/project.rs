//! What every task of the discovery may ask: the options, the disk, and what is remembered of folders and sheets.

use super::discover::Key;
use super::externals::normalize;
use super::packages::Packages;
use super::resolve::{Folder, Resolution};
use super::scan_memory::ScanMemory;
use super::shards::Shards;
use super::style::Sheet;
use super::typescript::TsConfigs;
use crate::base::{ContentHash, normalize_slashes, relative_path};
use crate::cache::Cache;
use crate::config::Options;
use crate::diag::{Diagnostic, Location};
use crate::fs::{Files, Plugged};
use crate::lang::js::LanguageOptions;
use rustc_hash::FxHashMap;
use std::hash::{Hash, Hasher};
use std::path::{MAIN_SEPARATOR, Path, PathBuf};
use std::sync::{Arc, OnceLock};

pub(super) struct Project<'a> {
    pub options: &'a Options,
    pub files: &'a dyn Files,
    /// The same disk, where it shows the packages of Yarn's map.
    pub plugged: Option<Arc<Plugged>>,
    pub language: LanguageOptions,
    /// Without symbolic links (unless they are to be preserved), like every path that was resolved.
    pub root: PathBuf,
    pub public: Option<PathBuf>,
    pub resolution: Resolution<'a>,
    pub packages: Packages<'a>,
    pub tsconfigs: TsConfigs<'a>,
    pub memory: ScanMemory<'a>,
    /// By file and whether it is a CSS module: read and scanned once, whoever asks first.
    pub sheets: Shards<(Place, bool), Arc<OnceLock<Arc<Sheet>>>>,
    /// Pages among the entries: file → output path.
    pub pages: FxHashMap<Arc<Path>, String>,
    /// Scripts of `--inject`, in order.
    pub inject: Vec<Key>,
    folders: Shards<(PathBuf, usize), Arc<Folder>>,
}

/// A file and the query it was asked for with (`?raw`, or nothing). For data URLs the query is `data:` and a hash.
#[derive(Clone, PartialEq, Eq, PartialOrd, Ord, Debug)]
pub(super) struct Place {
    pub path: Arc<Path>,
    pub query: Box<str>,
    /// The service worker that the module is for: a script that the page and the worker need is there twice, since
    /// neither may load a file of the other's.
    pub worker: Option<Arc<str>>,
}

/// By the text of the path: all paths are normal, and taking them apart takes longer than the rest of asking for a place.
impl Hash for Place {
    fn hash<H: Hasher>(&self, state: &mut H) {
        self.path.as_os_str().hash(state);
        self.query.hash(state);
        self.worker.hash(state);
    }
}

impl Place {
    pub fn file(path: &Path) -> Self {
        Place::new(path.into(), "")
    }

    pub fn new(path: Arc<Path>, query: impl Into<Box<str>>) -> Self {
        Place { path, query: query.into(), worker: None }
    }
}

impl<'a> Project<'a> {
    pub fn new(
        options: &'a Options,
        files: &'a Arc<dyn Files>,
        plugged: Option<Arc<Plugged>>,
        cache: &'a Cache,
    ) -> Self {
        let root = real(options, &**files, &options.root);
        let public = options.public_dir.as_deref().map(|dir| real(options, &**files, &root.join(dir)));
        let resolution = Resolution::new(options, files, plugged.clone(), &root);
        let tsconfigs = TsConfigs::new(options, &**files, &root, resolution.resolver());
        let language = options.language();
        let memory = ScanMemory::open(options, &language, cache);
        Project {
            options,
            files: &**files,
            plugged,
            language,
            public: public.filter(|dir| files.is_dir(dir)),
            root,
            resolution,
            packages: Packages::new(&**files),
            tsconfigs,
            memory,
            sheets: Shards::new(),
            pages: FxHashMap::default(),
            inject: Vec::new(),
            folders: Shards::new(),
        }
    }

    /// From now on, free names that these scripts export are bound to them. The first file that exports a name wins.
    pub fn inject(&mut self, scripts: Vec<Key>, cache: &'a Cache) {
        if scripts.is_empty() {
            return;
        }
        self.inject = scripts;
        let mut names: Vec<(String, u32)> = Vec::new();
        for at in 0..self.inject.len() {
            let Key::Script { place, loader } = &self.inject[at] else { continue };
            for name in super::script::exported(self, place, *loader) {
                if name != "default" && !names.iter().any(|(known, _)| *known == name) {
                    names.push((name, at as u32));
                }
            }
        }
        names.sort();
        self.language.inject = names;
        self.memory = ScanMemory::open(self.options, &self.language, cache);
    }

    pub fn is_injected(&self, place: &Place) -> bool {
        self.inject.iter().any(|key| matches!(key, Key::Script { place: injected, .. } if injected == place))
    }

    /// Stable name of a file: seen from the root, with `/`.
    pub fn name(&self, path: &Path) -> String {
        let shown = self.plugged.as_ref().map(|plugged| plugged.shown(path));
        let path = shown.as_deref().unwrap_or(path);
        if let (Some(text), Some(root)) = (path.to_str(), self.root.to_str())
            && let Some(inside) = text.strip_prefix(root).and_then(|rest| rest.strip_prefix(MAIN_SEPARATOR))
        {
            return normalize_slashes(inside);
        }
        match path.strip_prefix(&self.root) {
            Ok(inside) => normalize_slashes(&inside.to_string_lossy()),
            Err(_) => relative_path(&self.root, path),
        }
    }

    pub fn place_name(&self, place: &Place) -> String {
        if ["data:", "glob:", "helper:", "disabled:"].iter().any(|prefix| place.query.starts_with(prefix)) {
            return format!("plimsoll:{}{}", place.query, for_worker(place));
        }
        let mut name = self.name(&place.path);
        name.push_str(&place.query);
        name.push_str(&for_worker(place));
        name
    }

    /// The path as the resolver would give it.
    pub fn real(&self, path: &Path) -> PathBuf {
        real(self.options, self.files, path)
    }

    pub fn bytes(&self, path: &Path) -> Result<Vec<u8>, Diagnostic> {
        self.files.read(path).map_err(|error| self.unreadable(path, &error))
    }

    fn unreadable(&self, path: &Path, error: &std::io::Error) -> Diagnostic {
        Diagnostic::error("unreadable-file", format!("could not read \"{}\"", self.name(path)))
            .at(Location::file(self.name(path)))
            .note(error.to_string())
    }

    /// Text without its byte order mark, and a warning when it is not UTF-8.
    pub fn text(&self, path: &Path) -> Result<(String, Option<Diagnostic>), Diagnostic> {
        self.hashed_text(path).map(|(text, problem, _)| (text, problem))
    }

    /// And the text's hash, if it is known without reading it once more.
    pub fn hashed_text(&self, path: &Path) -> Result<(String, Option<Diagnostic>, Option<ContentHash>), Diagnostic> {
        let (bytes, hash) = self.files.read_hashed(path).map_err(|error| self.unreadable(path, &error))?;
        let (mut text, problem) = match String::from_utf8(bytes) {
            Ok(text) => (text, None),
            Err(error) => {
                let name = self.name(path);
                let good = error.utf8_error().valid_up_to() as u32;
                let text = String::from_utf8_lossy(error.as_bytes()).into_owned();
                let problem = Diagnostic::warning("not-utf8", format!("\"{name}\" is not UTF-8"))
                    .at(Location::span(name, &text, good, good + 1))
                    .note("bytes that are not UTF-8 were replaced by U+FFFD");
                (text, Some(problem))
            }
        };
        if text.starts_with('\u{feff}') {
            text.drain(..'\u{feff}'.len_utf8());
            return Ok((text, problem, None));
        }
        let hash = Some(hash).filter(|_| problem.is_none());
        Ok((text, problem, hash))
    }

    /// The folder of a file, with the tsconfig that is meant for the file.
    pub fn folder(&self, file: &Path) -> Arc<Folder> {
        let config = self.tsconfigs.of(file);
        let path = file.parent().unwrap_or(&self.root);
        let key = (path.to_path_buf(), config.as_ref().map_or(0, |config| Arc::as_ptr(config) as usize));
        if let Some(known) = self.folders.get(&key) {
            return known;
        }
        let folder = Arc::new(Folder::new(path, self.packages.scope(path), config));
        self.folders.insert(key, folder)
    }
}

fn for_worker(place: &Place) -> String {
    place.worker.as_ref().map_or_else(String::new, |worker| format!("?service-worker={worker}"))
}

/// Follows symbolic links as the resolver does, so that one file has one path.
pub(super) fn real(options: &Options, files: &dyn Files, path: &Path) -> PathBuf {
    let plain = normalize(path);
    if options.preserve_symlinks {
        return plain;
    }
    match files.canonicalize(path) {
        // Windows: the resolver gives paths without the verbatim prefix.
        Ok(found) => match found.to_str().and_then(|text| text.strip_prefix(r"\\?\")) {
            Some(short) => PathBuf::from(short),
            None => found,
        },
        Err(_) => plain,
    }
}
