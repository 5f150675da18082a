//! The `browser` field of a package.json where the resolver does not look: keys without the extension of the file that
//! they replace, and names that only the field knows.

use super::externals::{is_bare, normalize};
use super::resolve::split_package;
use super::shards::{Shards, lock};
use crate::base::{normalize_slashes, relative_path};
use crate::fs::Files;
use serde_json::{Map, Value};
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};

/// What the field says instead.
pub(super) enum Instead {
    /// From this folder.
    Specifier(PathBuf, String),
    Disabled,
}

struct Manifest {
    browser: Map<String, Value>,
    main: Option<String>,
}

/// The manifests that were asked for, by folder.
pub(super) struct BrowserFields {
    files: Arc<dyn Files>,
    known: Shards<PathBuf, Option<Arc<Manifest>>>,
    extensions: Vec<String>,
    read: Mutex<Vec<PathBuf>>,
}

impl BrowserFields {
    pub fn new(files: &Arc<dyn Files>, extensions: Vec<String>) -> Self {
        BrowserFields { files: Arc::clone(files), known: Shards::new(), extensions, read: Mutex::default() }
    }

    /// Every package.json that was read.
    pub fn watched(&self) -> Vec<PathBuf> {
        lock(&self.read).clone()
    }

    /// What stands for a file that was found in the package of `folder`.
    pub fn of_file(&self, folder: &Path, file: &Path) -> Option<Instead> {
        let manifest = self.manifest(folder)?;
        let inside = normalize_slashes(&file.strip_prefix(folder).ok()?.to_string_lossy());
        let bare = self.extensions.iter().find_map(|extension| inside.strip_suffix(extension.as_str()))?;
        let keys = [bare.to_string(), bare.strip_suffix("/index").unwrap_or(bare).to_string()];
        let instead = self.lookup(&manifest, folder, &keys)?;
        // A key may name its own file without the extension.
        let itself =
            matches!(&instead, Instead::Specifier(_, to) if keys.contains(&to.trim_start_matches("./").into()));
        (!itself).then_some(instead)
    }

    /// What stands for a specifier that leads nowhere.
    pub fn of_missing(&self, from: &Path, specifier: &str) -> Option<Instead> {
        self.of_importer(from, specifier).or_else(|| self.of_package(from, specifier))
    }

    /// By the package of the importer.
    fn of_importer(&self, from: &Path, specifier: &str) -> Option<Instead> {
        let folder = from.ancestors().find(|folder| self.has_manifest(folder))?;
        let manifest = self.manifest(folder)?;
        let inside = if is_bare(specifier) {
            specifier.to_string()
        } else {
            relative_path(folder, &normalize(&from.join(specifier)))
        };
        self.lookup(&manifest, folder, &self.spellings(&inside))
    }

    /// By the package that is asked for, whose main file is not there.
    fn of_package(&self, from: &Path, specifier: &str) -> Option<Instead> {
        if !is_bare(specifier) {
            return None;
        }
        let (name, rest) = split_package(specifier);
        let folders = from.ancestors().map(|folder| folder.join("node_modules").join(name));
        let folder = folders.into_iter().find(|folder| self.has_manifest(folder))?;
        let manifest = self.manifest(&folder)?;
        let inside = match rest.trim_start_matches('/') {
            "" => manifest.main.clone().unwrap_or_else(|| "index".to_string()),
            rest => rest.to_string(),
        };
        self.lookup(&manifest, &folder, &self.spellings(inside.trim_start_matches("./")))
    }

    fn spellings(&self, inside: &str) -> Vec<String> {
        let mut keys = vec![inside.to_string()];
        keys.extend(self.extensions.iter().map(|extension| format!("{inside}{extension}")));
        keys.extend(self.extensions.iter().filter_map(|extension| Some(inside.strip_suffix(extension)?.to_string())));
        keys.push(format!("{inside}/index"));
        keys
    }

    fn lookup(&self, manifest: &Manifest, folder: &Path, keys: &[String]) -> Option<Instead> {
        let found = keys.iter().find_map(|key| manifest.browser.get(&format!("./{key}")).or(manifest.browser.get(key)));
        match found? {
            Value::Bool(false) => Some(Instead::Disabled),
            Value::String(to) => Some(Instead::Specifier(folder.to_path_buf(), to.clone())),
            _ => None,
        }
    }

    fn has_manifest(&self, folder: &Path) -> bool {
        self.files.is_file(&folder.join("package.json"))
    }

    /// `None`: there is no file with such a field.
    fn manifest(&self, folder: &Path) -> Option<Arc<Manifest>> {
        if let Some(known) = self.known.get(folder) {
            return known;
        }
        let path = folder.join("package.json");
        let read = || {
            let bytes = self.files.read(&path).ok()?;
            let value: Value = serde_json::from_slice(bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(&bytes)).ok()?;
            let main = value.get("main").and_then(Value::as_str).map(str::to_string);
            let browser = value.get("browser")?.as_object()?.clone();
            Some(Arc::new(Manifest { browser, main }))
        };
        let found = read();
        if found.is_some() {
            lock(&self.read).push(path.clone());
        }
        self.known.insert(folder.to_path_buf(), found)
    }
}
